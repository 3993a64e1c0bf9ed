import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

function queue(...names: string[]) {
  const turns = new Turns<string>()
  for (const name of names) turns.add(name.charAt(0), name)
  return turns
}

function drain(turns: Turns<string>) {
  const taken: string[] = []
  for (let item = turns.take(); item !== undefined; item = turns.take()) taken.push(item)
  return taken
}

test('serves each person’s items in order, and all persons round-robin', () => {
  expect(drain(queue('a1', 'a2', 'a3', 'b1', 'c1', 'c2', 'a4', 'b2'))).toEqual([
    ...['a1', 'b1', 'c1'],
    ...['a2', 'b2', 'c2'],
    ...['a3', 'a4'],
  ])
})

test('drops the last item of the longest queue for somebody who has fewer', () => {
  const turns = queue('a1', 'b1', 'b2', 'b3', 'c1', 'c2')
  expect(turns.dropFor('d')).toBe('b3')
  expect(turns.dropFor('d', (who) => who !== 'b')).toBe('c2')
  expect(turns.dropFor('d')).toBe('b2')
  // All have one now, no more than the newcomer would have.
  expect(turns.dropFor('d')).toBeUndefined()
  expect(turns.size).toBe(3)
  expect(drain(turns)).toEqual(['a1', 'b1', 'c1'])
  expect(turns.size).toBe(0)
})

test('drops nothing for somebody who would then have as many', () => {
  const turns = queue('a1', 'a2', 'b1')
  expect(turns.dropFor('b')).toBeUndefined()
  turns.add('a', 'a3')
  expect(turns.dropFor('b')).toBe('a3')
})

test('can drop the last item of a queue that was half served', () => {
  const turns = queue('a1', 'a2', 'a3', 'a4', 'a5')
  expect([turns.take(), turns.take()]).toEqual(['a1', 'a2'])
  expect(turns.dropFor('b')).toBe('a5')
  turns.add('a', 'a6')
  turns.add('b', 'b1')
  expect(drain(turns)).toEqual(['a3', 'b1', 'a4', 'a6'])
})

test('a person who returns waits for one turn of everybody else', () => {
  const turns = queue('a1', 'a2', 'b1', 'b2')
  expect(turns.take()).toBe('a1')
  turns.add('c', 'c1')
  expect([turns.take(), turns.take(), turns.take()]).toEqual(['b1', 'a2', 'c1'])
  turns.add('c', 'c2')
  expect(drain(turns)).toEqual(['b2', 'c2'])
  turns.add('a', 'a3')
  expect(drain(turns)).toEqual(['a3'])
})

test('counts the waiting items, in total and per person', () => {
  const turns = queue('a1', 'a2', 'b1')
  expect([turns.size, turns.sizeOf('a'), turns.sizeOf('b'), turns.sizeOf('c')]).toEqual([3, 2, 1, 0])
  drain(turns)
  expect([turns.size, turns.sizeOf('a')]).toEqual([0, 0])
  expect(turns.take()).toBeUndefined()
})

test('serves B after one item of A, however many of A wait', () => {
  const turns = new Turns<string>()
  for (let i = 0; i < 10_000; i++) turns.add('a', 'a')
  turns.add('b', 'b')
  expect([turns.take(), turns.take()]).toEqual(['a', 'b'])
  expect(drain(turns)).toHaveLength(9_999)
})
