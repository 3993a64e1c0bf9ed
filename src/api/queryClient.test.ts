// @vitest-environment happy-dom
import { QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError, kindOf } from './ApiError.ts'
import { OLD_ON_RETURN, READ_ONCE, readOnce } from './freshness.ts'
import { distrustSecrets, queryClient } from './queryClient.ts'

let asked = 0
/** Undefined: it is there. */
let status: number | undefined

const read = async () => {
  asked += 1
  if (status !== undefined) throw new ApiError(status, kindOf(status), 'no')
  return asked
}
const perPage = { queryKey: ['secret'], queryFn: read }
const once = { queryKey: ['organization'], queryFn: read, ...readOnce }

/** As a loader and its page do, until the page is settled. */
async function visit(query: typeof perPage) {
  await queryClient.prefetchQuery(query)
  const leave = new QueryObserver(queryClient, query).subscribe(() => {})
  await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0))
  leave()
}

const comeBack = async () => {
  window.dispatchEvent(new Event('focus'))
  await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0))
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  asked = 0
  status = undefined
})
afterEach(() => {
  queryClient.clear()
  vi.useRealTimers()
})

test('what is read once is shared by all pages, also after a change of a secret', async () => {
  for (let pages = 0; pages < 3; pages++) await visit(once)
  await distrustSecrets()
  await visit(once)
  expect(asked).toBe(1)
  vi.advanceTimersByTime(READ_ONCE)
  await visit(once)
  expect(asked).toBe(2)
})

test('what is read for each page is read again after a change', async () => {
  await visit(perPage)
  expect(asked).toBe(1)
  await distrustSecrets()
  await visit(perPage)
  expect(asked).toBe(2)
})

test.each([403, 404, 400])('a read that was refused with a %s is not sent again while it is fresh', async (refusal) => {
  status = refusal
  await visit(once)
  await visit(once)
  expect(asked).toBe(1)
  await expect(queryClient.fetchQuery(once)).rejects.toMatchObject({ status: refusal })
  vi.advanceTimersByTime(READ_ONCE)
  status = undefined
  expect(await queryClient.fetchQuery(once)).toBe(2)
})

test('a refusal is forgotten after a change, which may have given the right', async () => {
  status = 404
  await visit(perPage)
  await distrustSecrets()
  await visit(perPage)
  expect(asked).toBe(2)
})

test.each([429, 500, 0])('another failure (%s) says nothing about the next try', async (failure) => {
  status = failure
  await queryClient.prefetchQuery(once)
  await queryClient.prefetchQuery(once)
  expect(asked).toBe(2)
})

test('who comes back to the window after a while sees what has changed meanwhile, also of a refusal', async () => {
  status = 403
  await visit(once)
  await comeBack()
  await visit(once)
  expect(asked).toBe(1)
  vi.advanceTimersByTime(OLD_ON_RETURN)
  const leave = new QueryObserver(queryClient, once).subscribe(() => {})
  status = undefined
  await comeBack()
  leave()
  expect(queryClient.getQueryData(once.queryKey)).toBe(2)
})
