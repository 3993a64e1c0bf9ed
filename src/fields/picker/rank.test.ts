import { expect, test } from 'vitest'
import { rank } from './rank.ts'

const names = (term: string, ...given: string[]) => rank(term, given, (name) => [name])

test('puts the exact name first, then what begins with the term, then the others', () => {
  expect(names('web', 'api', 'svc-00-web', 'svc-01-web', 'web', 'web-shop')).toEqual([
    'web',
    'web-shop',
    'svc-00-web',
    'svc-01-web',
  ])
})

test('keeps the order of the server among equals', () => {
  expect(names('svc', 'svc-b', 'svc-a', 'my-svc')).toEqual(['svc-b', 'svc-a', 'my-svc'])
  expect(names('', 'b', 'a')).toEqual(['b', 'a'])
})

test('prefers the same capitals, because names are case-sensitive', () => {
  expect(names('Web', 'web', 'WEB', 'Web')).toEqual(['Web', 'web', 'WEB'])
})

test('a username comes before the same text in another word; a surname begins, too', () => {
  const users = [
    ['svc1.jan', 'Service 1', undefined],
    ['kim', 'jan', undefined],
    ['novak', 'Peter Jansen', undefined],
    ['jan', 'Jan Novak', 'jan@example.com'],
  ] satisfies (string | undefined)[][]
  expect(rank('jan', users, (words) => words).map(([name]) => name)).toEqual(['jan', 'kim', 'novak', 'svc1.jan'])
})

test('leaves out what does not contain the term', () => {
  expect(names('web', 'wob')).toEqual([])
})
