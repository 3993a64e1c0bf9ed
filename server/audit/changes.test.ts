import { expect, test } from 'vitest'
import { changesBetween } from './changes.ts'

test('only fields that differ are recorded', () => {
  expect(changesBetween({ a: 1, b: 2, gone: 3 }, { a: 1, b: 4, come: 5 })).toEqual({
    prev: { b: 2, gone: 3 },
    new: { b: 4, come: 5 },
  })
})

test('a side without anything is left out', () => {
  expect(changesBetween({ a: 1 }, { a: 1, b: 2 })).toEqual({ new: { b: 2 } })
  expect(changesBetween({ a: 1 }, {})).toEqual({ prev: { a: 1 } })
  expect(changesBetween({ a: 1 }, { a: 1 })).toEqual({})
})

test('what is new or gone as a whole is recorded as a whole', () => {
  expect(changesBetween(undefined, { a: 1, list: [2] })).toEqual({ new: { a: 1, list: [2] } })
  expect(changesBetween({ a: 1 }, undefined)).toEqual({ prev: { a: 1 } })
})

test('nested objects are compared field by field; an owner of the same kind shows no kind', () => {
  const owner = (id: string) => ({ owner: { id, username: `user ${id}`, userType: 'LOCAL' } })
  expect(changesBetween(owner('1'), owner('2'))).toEqual({
    prev: { owner: { id: '1', username: 'user 1' } },
    new: { owner: { id: '2', username: 'user 2' } },
  })
  expect(changesBetween({}, owner('1'))).toEqual({ new: owner('1') })
})

test('maps of the user’s own are never in it, nor flags that something new does not have', () => {
  const entry = { a: 1, meta: { b: 2 }, cfg: { c: 3 }, off: false, on: true }
  expect(changesBetween(undefined, entry)).toEqual({ new: { a: 1, on: true } })
  expect(changesBetween(entry, undefined)).toEqual({ prev: { a: 1, on: true } })
  expect(changesBetween({ of: {} }, { of: { one: entry } })).toEqual({ new: { of: { one: { a: 1, on: true } } } })
  expect(changesBetween({ of: { one: { on: true } } }, { of: { one: { on: false } } })).toEqual({
    prev: { of: { one: { on: true } } },
    new: { of: { one: { on: false } } },
  })
})

test('maps of the user’s own and lists are passed over', () => {
  expect(changesBetween({ meta: { a: 1 }, cfg: {}, list: [1] }, { meta: { a: 2 }, cfg: { b: 1 }, list: [2] })).toEqual(
    {},
  )
})
