// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest'
import { markReachable, unreachable } from '#api/unreachable.ts'
import { patiently } from './patiently.ts'

const NOT_FETCHED = new TypeError('Failed to fetch dynamically imported module: https://host/assets/InfoTab-x.js')

beforeEach(() => {
  vi.useFakeTimers()
  sessionStorage.clear()
  vi.spyOn(window.location, 'reload').mockReturnValue()
  return () => {
    // The pause of a relapse is over.
    vi.advanceTimersByTime(60_000)
    markReachable()
    vi.useRealTimers()
  }
})

/** A module that cannot be fetched while the server is unreachable, and afterwards does what `then` does. */
function fetchedLater<T>(then: () => Promise<T>) {
  const loads = [() => Promise.reject(NOT_FETCHED), then]
  return patiently(() => (loads.shift() ?? then)())
}

async function serverIsBack() {
  await vi.waitFor(() => expect(unreachable.get()).toBeDefined())
  vi.advanceTimersByTime(60_000)
  markReachable()
}

test('code that the server does not send is waited for', async () => {
  const page = fetchedLater(async () => 'the page')
  await serverIsBack()
  expect(await page).toBe('the page')
  expect(window.location.reload).not.toHaveBeenCalled()
})

test('code that throws while it loads is no outage and no newer version', async () => {
  const bug = new TypeError('undefined is not a function')
  await expect(patiently(() => Promise.reject(bug))).rejects.toBe(bug)
  expect(unreachable.get()).toBeUndefined()

  const later = fetchedLater(() => Promise.reject(bug))
  const rejected = expect(later).rejects.toBe(bug)
  await serverIsBack()
  await rejected
  expect(window.location.reload).not.toHaveBeenCalled()
})

test('code that a newer version has replaced reloads the page, once', async () => {
  void fetchedLater(() => Promise.reject(NOT_FETCHED))
  await serverIsBack()
  await vi.waitFor(() => expect(window.location.reload).toHaveBeenCalledTimes(1))

  // The reload led to the same version.
  const rejected = expect(fetchedLater(() => Promise.reject(NOT_FETCHED))).rejects.toThrow(/^A part of the console/)
  await serverIsBack()
  await rejected
  expect(window.location.reload).toHaveBeenCalledTimes(1)
})

test.each([
  'error loading dynamically imported module: https://host/assets/InfoTab-x.js',
  'Importing a module script failed.',
  'Unable to preload CSS for /assets/SettingsTab-x.css',
])('%s', async (message) => {
  const load = vi.fn().mockRejectedValueOnce(new TypeError(message)).mockResolvedValue('the page')
  const page = patiently(load)
  await serverIsBack()
  expect(await page).toBe('the page')
})
