import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { EarlyAnswer } from '../early/inline.ts'

const WHOAMI = '/api/service/console/whoami'
const ORGS = '/api/v1/org'

let answers: Map<string, EarlyAnswer>
const fetched = vi.fn(async (_path: string, _init: RequestInit) => Response.json({ username: 'late' }))

beforeEach(() => {
  answers = new Map()
  vi.stubGlobal('early', { answers, tabs: { close: () => {} } })
  vi.stubGlobal('fetch', fetched)
  fetched.mockClear()
  vi.resetModules()
})
afterEach(() => vi.unstubAllGlobals())

/** As the inline script asks. */
function given(path: string, response: Promise<Response> | Response = Response.json({ username: 'early' })) {
  const controller = new AbortController()
  answers.set(path, { response: Promise.resolve(response), controller })
  return controller.signal
}
const app = async () => ({
  ...(await import('./http.ts')),
  ...(await import('./early.ts')),
  ...(await import('./session.ts')),
})

test('an answer is taken once', async () => {
  given(ORGS)
  const { http } = await app()
  expect(await http.get(ORGS)).toEqual({ username: 'early' })
  expect(await http.get(ORGS)).toEqual({ username: 'late' })
  expect(fetched).toHaveBeenCalledTimes(1)
})

test('an error is the app’s, as of any request', async () => {
  given(ORGS, new Response('no such thing', { status: 404, headers: { 'Content-Type': 'text/plain' } }))
  const { http } = await app()
  await expect(http.get(ORGS)).rejects.toMatchObject({ status: 404, kind: 'notFound', words: 'no such thing' })
})

test('who no longer wants the answer cancels the request', async () => {
  const sent = given(ORGS, new Promise(() => {}))
  const { http } = await app()
  const controller = new AbortController()
  void http.get(ORGS, { signal: controller.signal })
  await vi.waitFor(() => expect(answers.size).toBe(0))
  expect(sent.aborted).toBe(false)
  controller.abort()
  expect(sent.aborted).toBe(true)
})

test('a request with credentials, and one that a change depends on, is sent', async () => {
  given(ORGS)
  const { http } = await app()
  await http.get(ORGS, { partOfChange: true })
  await http.get(ORGS, { headers: { Authorization: 'x' } })
  await http.post(ORGS)
  expect(fetched).toHaveBeenCalledTimes(3)
  expect(answers.size).toBe(1)
})

test.each(['sign-in', 'sign-out'])('a %s drops what was asked before', async (which) => {
  const sent = [given(ORGS), given(WHOAMI)]
  const { login, logout } = await app()
  await (which === 'sign-in' ? login({ apiKey: 'x' }, false) : logout())
  expect(answers.size).toBe(0)
  expect(sent.map(({ aborted }) => aborted)).toEqual([true, true])
})

test('without an expected session, a visit asks for one without a 401, and remembers the answer', async () => {
  const store = new Map<string, string>()
  const { getItem, setItem, removeItem } = {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => void store.set(key, value),
    removeItem: (key: string) => void store.delete(key),
  }
  vi.stubGlobal('localStorage', { getItem, setItem, removeItem })
  const asked = () => fetched.mock.calls.map(([path]) => path)

  const { resumeSession } = await app()
  fetched.mockResolvedValueOnce(Response.json({}))
  await expect(resumeSession()).rejects.toMatchObject({ kind: 'unauthorized' })
  // A Concord that is not behind our gateway.
  fetched.mockResolvedValueOnce(new Response(null, { status: 404 }))
  expect(await resumeSession()).toEqual({ username: 'late' })
  expect(asked()).toEqual(['/api/x/v1/session', '/api/x/v1/session', WHOAMI])

  vi.resetModules()
  const next = await app()
  fetched.mockClear()
  fetched.mockResolvedValueOnce(new Response(null, { status: 401 }))
  await expect(next.resumeSession()).rejects.toMatchObject({ kind: 'unauthorized' })
  await expect(next.resumeSession()).resolves.toEqual({ username: 'late' })
  expect(asked()).toEqual([WHOAMI, '/api/x/v1/session'])
})
