// @vitest-environment happy-dom
import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from './ApiError.ts'
import { readOnce } from './freshness.ts'
import { queryClient } from './queryClient.ts'
import { session } from './sessionOver.ts'
import { type Change, useChange } from './useChange.ts'

/** With a long time-out: the machine may be busy. */
const until = (check: () => void) => vi.waitFor(check, 15_000)
vi.setConfig({ testTimeout: 30_000 })

let root: Root
let router: ReturnType<typeof createMemoryRouter>
let change: Change<string, void>
let isShown = false
/** Settles what the change sends. */
let answer: (data: string) => void
let fail: (error: Error) => void
const done = vi.fn()
const failed = vi.fn()

/** A page whose change leads to another one, and that closes like a dialog when it is done. */
function Page() {
  change = useChange(
    () =>
      new Promise<string>((resolve, reject) => {
        answer = resolve
        fail = reject
      }),
    {
      to: (data) => `/result/${data}`,
      done,
      failed,
      checkOutcome: async () => ({ words: 'It was made.', made: { data: 'found' } }),
    },
  )
  useEffect(() => {
    isShown = true
    return () => {
      isShown = false
    }
  }, [])
  return null
}

const pathname = () => router.state.location.pathname

beforeEach(async () => {
  done.mockReset()
  failed.mockReset()
  router = createMemoryRouter(
    [
      { path: '/page', Component: Page },
      { path: '*', Component: () => null },
    ],
    { initialEntries: ['/elsewhere', '/page'] },
  )
  root = createRoot(document.createElement('div'))
  root.render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  )
  await until(() => expect(isShown).toBe(true))
})

afterEach(() => root.unmount())

/** Presses the button. */
async function ask() {
  change.mutate()
  await until(() => expect(change.isPending).toBe(true))
}

async function leave() {
  await router.navigate(-1)
  await until(() => expect(isShown).toBe(false))
}

test('goes on when it is done', async () => {
  await ask()
  answer('new')
  await until(() => expect(pathname()).toBe('/result/new'))
  expect(done).toHaveBeenCalledExactlyOnceWith('new', true)
})

test('a user who has left the page is not taken back to it, and is told the outcome', async () => {
  await ask()
  await leave()
  const everythingIsRead = vi.spyOn(queryClient, 'refetchQueries')
  answer('new')
  await until(() => expect(everythingIsRead).toHaveBeenCalled())
  expect(done).toHaveBeenCalledExactlyOnceWith('new', false)
  expect(pathname()).toBe('/elsewhere')
})

test('a failure is told with whether anybody is there to see it', async () => {
  await ask()
  fail(new Error('no'))
  await until(() => expect(change.error?.message).toBe('no'))
  expect(failed).toHaveBeenCalledExactlyOnceWith(new Error('no'), true)

  await ask()
  await leave()
  fail(new Error('again'))
  await until(() => expect(failed).toHaveBeenLastCalledWith(new Error('again'), false))
})

test('another user who has signed in meanwhile is told nothing', async () => {
  session.set({ username: 'alice', displayName: 'Alice' })
  await ask()
  session.set({ username: 'bob', displayName: 'Bob' })
  fail(new Error('no'))
  await until(() => expect(change.isPending).toBe(false))
  await ask()
  session.set({ username: 'alice', displayName: 'Alice' })
  answer('new')
  await until(() => expect(change.isPending).toBe(false))
  expect(failed).not.toHaveBeenCalled()
  expect(done).not.toHaveBeenCalled()
  expect(pathname()).toBe('/page')
})

test('a lost answer that turns out to be a good one goes on like one', async () => {
  await ask()
  fail(new ApiError(0, 'unreachable', ''))
  await until(() => expect(change.lostAnswer).toBeDefined())
  expect(done).not.toHaveBeenCalled()
  await change.lostAnswer?.check()
  expect(done).toHaveBeenCalledExactlyOnceWith('found', true)
  expect(pathname()).toBe('/result/found')
})

test('a refused change has the rights of the user read again, and any other failure does not', async () => {
  const read = vi.fn(async () => 'member')
  const rights = { queryKey: ['rights'], queryFn: read, ...readOnce }
  await queryClient.fetchQuery(rights)
  await ask()
  fail(new ApiError(400, 'rejected', 'no'))
  await until(() => expect(failed).toHaveBeenCalledTimes(1))
  await queryClient.fetchQuery(rights)
  expect(read).toHaveBeenCalledTimes(1)
  await ask()
  fail(new ApiError(403, 'forbidden', 'no'))
  await until(() => expect(failed).toHaveBeenCalledTimes(2))
  await queryClient.fetchQuery(rights)
  expect(read).toHaveBeenCalledTimes(2)
})
