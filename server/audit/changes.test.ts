import { expect, test } from 'vitest'
import { changesBetween } from './changes.ts'

test('records only fields that differ', () => {
  expect(changesBetween({ a: 1, b: 2, gone: 3 }, { a: 1, b: 4, come: 5 })).toEqual({
    prev: { b: 2, gone: 3 },
    new: { b: 4, come: 5 },
  })
})

test('omits an empty side', () => {
  expect(changesBetween({ a: 1 }, { a: 1, b: 2 })).toEqual({ new: { b: 2 } })
  expect(changesBetween({ a: 1 }, {})).toEqual({ prev: { a: 1 } })
  expect(changesBetween({ a: 1 }, { a: 1 })).toEqual({})
})

test('records new or removed objects as a whole', () => {
  expect(changesBetween(undefined, { a: 1, list: [2] })).toEqual({ new: { a: 1, list: [2] } })
  expect(changesBetween({ a: 1 }, undefined)).toEqual({ prev: { a: 1 } })
})

test('compares nested objects field by field; an owner of the same type shows no type', () => {
  const owner = (id: string) => ({ owner: { id, username: `user ${id}`, userType: 'LOCAL' } })
  expect(changesBetween(owner('1'), owner('2'))).toEqual({
    prev: { owner: { id: '1', username: 'user 1' } },
    new: { owner: { id: '2', username: 'user 2' } },
  })
  expect(changesBetween({}, owner('1'))).toEqual({ new: owner('1') })
})

test('omits free-form maps, and false flags of new entries', () => {
  const entry = { a: 1, meta: { b: 2 }, cfg: { c: 3 }, off: false, on: true }
  expect(changesBetween(undefined, entry)).toEqual({ new: { a: 1, on: true } })
  expect(changesBetween(entry, undefined)).toEqual({ prev: { a: 1, on: true } })
  expect(changesBetween({ of: {} }, { of: { one: entry } })).toEqual({ new: { of: { one: { a: 1, on: true } } } })
  expect(changesBetween({ of: { one: { on: true } } }, { of: { one: { on: false } } })).toEqual({
    prev: { of: { one: { on: true } } },
    new: { of: { one: { on: false } } },
  })
})

test('ignores free-form maps and lists', () => {
  expect(changesBetween({ meta: { a: 1 }, cfg: {}, list: [1] }, { meta: { a: 2 }, cfg: { b: 1 }, list: [2] })).toEqual(
    {},
  )
})
