import { expect, test } from 'vitest'
import { ExactNumber } from '../../json/numbers.ts'
import { fits as fitsWith } from './match.ts'
import { Work } from './patterns.ts'

const fits = (data: unknown, condition: unknown) => fitsWith(data, condition, new Work())

test('a string is a pattern for the whole value, ignoring case; a missing value counts as empty', () => {
  expect(fits('Prod-Key', 'prod-.*')).toBe(true)
  expect(fits('my-prod-key', 'prod-.*')).toBe(false)
  expect(fits('a\nb', 'a|b')).toBe(false)
  expect(fits(undefined, '')).toBe(true)
  expect(fits(null, '.+')).toBe(false)
  expect(() => fits('x', '(')).toThrow('has an unmatched (')
})

test('every field of an object must match; an empty condition matches only an empty object', () => {
  const data = { entity: { name: 'key', type: 'DATA' }, owner: { username: 'joe' } }
  expect(fits(data, { entity: { name: 'key' } })).toBe(true)
  expect(fits(data, { entity: { name: 'key' }, owner: { username: 'sue' } })).toBe(false)
  expect(fits(data, { entity: {} })).toBe(false)
  expect(fits({}, {})).toBe(true)
  expect(fits(data, { constructor: '.*Object.*' })).toBe(false)
})

test('with a list of conditions, any may match a single value, but each must match in a list of values', () => {
  expect(fits('DATA', ['KEY_PAIR', 'DATA'])).toBe(true)
  expect(fits('DATA', ['KEY_PAIR'])).toBe(false)
  expect(fits(['a', 'b'], ['b', 'a'])).toBe(true)
  expect(fits(['a', 'b'], ['a', 'c'])).toBe(false)
  expect(fits(['a', 'b'], 'b')).toBe(true)
  expect(fits(undefined, [null])).toBe(true)
})

test('compares numbers and booleans exactly', () => {
  expect(fits(7, 7)).toBe(true)
  expect(fits(7, '7')).toBe(false)
  expect(fits(true, false)).toBe(false)
  const exact = (text: string) => new ExactNumber(text)
  expect(fits(exact('123.00'), exact('123.0'))).toBe(true)
  expect(fits(exact('123.0'), 123)).toBe(true)
  expect(fits([1, exact('2.0')], 2)).toBe(true)
  expect(fits(exact('9007199254740993'), exact('9007199254740992'))).toBe(false)
  expect(fits(exact('7.0'), '7.0')).toBe(false)
  expect(fits(exact('7.0'), {})).toBe(false)
})
