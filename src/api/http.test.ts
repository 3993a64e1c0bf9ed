import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from './ApiError.ts'
import { form, http, query, url } from './http.ts'
import { disabledUser, session } from './sessionOver.ts'
import { markReachable, unreachable } from './unreachable.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  session.set(undefined)
  disabledUser.set(undefined)
})

test('each value becomes one segment of the address', () => {
  expect(url`/api/v1/org/${'a/b c'}/secret/${'100%~x'}`).toBe('/api/v1/org/a%2Fb%20c/secret/100%25~x')
})

test('a query names what is there', () => {
  expect(query({ offset: 0, limit: 51, filter: '', onlyCurrent: false, x: undefined })).toBe(
    '?offset=0&limit=51&onlyCurrent=false',
  )
  expect(query({ filter: undefined })).toBe('')
})

test('text travels as UTF-8, byte for byte', async () => {
  const part = form({ password: ' grün\n' }).get('password') as Blob
  expect(part.type.toLowerCase()).toBe('text/plain;charset=utf-8')
  expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([...new TextEncoder().encode(' grün\n')])
})

test('what is absent or empty is not sent, files always are', () => {
  const data = form({ a: '', b: undefined, c: null, d: false, e: 0, data: new Blob([]) })
  expect([...data.keys()]).toEqual(['d', 'e', 'data'])
})

test.each(['text/plain', 'text/html', 'application/json'])(
  'an answer of %s that is not JSON is a failure, no data',
  async (type) => {
    const answer = new Response('<p>Sign in at the proxy</p>', { headers: { 'Content-Type': type } })
    vi.stubGlobal('fetch', async () => answer)
    await expect(http.get('/api/v1/org')).rejects.toMatchObject({ status: 200, kind: 'failed', words: '' })
  },
)

const alice = { username: 'alice', displayName: 'Alice' }
const refusal = (words: string) => async () => new Response(words, { status: 403 })

test('a disabled user is signed out here, and the sign-in page can say why', async () => {
  session.set(alice)
  vi.stubGlobal('fetch', refusal('User is disabled: 7f3e'))
  await expect(http.get('/api/v1/org')).rejects.toMatchObject({ status: 403, kind: 'unauthorized' })
  expect(session.get()).toBeUndefined()
  expect(disabledUser.get()).toEqual({ username: 'alice', words: 'User is disabled: 7f3e' })

  session.set({ username: 'bob', displayName: 'Bob' })
  expect(disabledUser.get()).toBeUndefined()
})

test('any other 403 is about the request', async () => {
  session.set(alice)
  vi.stubGlobal('fetch', refusal("The current user (alice) doesn't belong to the specified organization: acme"))
  await expect(http.get('/api/v1/org')).rejects.toMatchObject({ kind: 'forbidden' })
  expect(session.get()).toBe(alice)
})

test('a late refusal of the previous user does not sign out the current one', async () => {
  session.set(alice)
  const bob = { username: 'bob', displayName: 'Bob' }
  vi.stubGlobal('fetch', () => {
    session.set(bob)
    return refusal('User is disabled: 7f3e')()
  })
  await expect(http.get('/api/v1/org')).rejects.toMatchObject({ kind: 'unauthorized' })
  expect(session.get()).toBe(bob)
})

test('a limit says when to try again', async () => {
  vi.stubGlobal('fetch', async () => new Response('', { status: 429, headers: { 'Retry-After': '3' } }))
  await expect(http.put('/api/v1/org', {})).rejects.toMatchObject({ kind: 'rejected', retryAfter: 3 })
})

test('a 503 of the server itself loses no answer; any other 503 counts as unreachable', async () => {
  const words = "The server's database is read-only. Nothing was changed. Ask an admin of this server."
  vi.stubGlobal('fetch', async () => new Response(words, { status: 503 }))
  await expect(http.put('/api/v1/org', {})).rejects.toMatchObject({ status: 503, kind: 'failed', message: words })
  expect(unreachable.get()).toBeUndefined()

  vi.stubGlobal('fetch', async () => new Response('no healthy upstream', { status: 503 }))
  await expect(http.put('/api/v1/org', {})).rejects.toMatchObject({ status: 503, kind: 'unreachable' })
  expect(unreachable.get()).toBeDefined()
  markReachable()
})

test('while the server is unreachable a read waits for it, but none that is part of a change', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('network')
  })
  const read = http.get('/api/v1/org')
  await expect(http.get('/api/v1/org', { partOfChange: true })).rejects.toMatchObject({ kind: 'unreachable' })
  vi.stubGlobal('fetch', async () => Response.json([]))
  unreachable.set(undefined)
  await expect(read).resolves.toEqual([])
})

test('what cannot be sent, and an error in our own code, say nothing about the server', async () => {
  const sent = vi.fn(async () => Response.json([]))
  vi.stubGlobal('fetch', sent)
  await expect(http.get('/api/v1/org', { headers: { Authorization: 'Zm9v\u2013' } })).rejects.not.toBeInstanceOf(
    ApiError,
  )
  const circle: Record<string, unknown> = {}
  circle.self = circle
  expect(() => http.post('/api/v1/org', circle)).toThrow()
  expect(() => url`/api/v1/org/${'\ud800'}`).toThrow()
  expect(sent).not.toHaveBeenCalled()
  expect(unreachable.get()).toBeUndefined()
})

test('an error in the progress of a read does not lose its answer', async () => {
  vi.stubGlobal('fetch', async () => Response.json([1]))
  const reported = new Promise((resolve) => process.once('uncaughtException', resolve))
  const onProgress = () => {
    throw new TypeError('a bug')
  }
  await expect(http.get('/api/v1/org', { onProgress })).resolves.toEqual([1])
  await expect(reported).resolves.toMatchObject({ message: 'a bug' })
  expect(unreachable.get()).toBeUndefined()
})

test('null is no lost answer either, though a browser gives its 204 a body', async () => {
  const empty = new Response(null, { status: 204 })
  vi.stubGlobal('fetch', async () => Object.defineProperty(empty, 'body', { value: new Blob([]).stream() }))
  await expect(http.get('/api/v1/org/nowhere')).resolves.toBeUndefined()
  expect(unreachable.get()).toBeUndefined()
})
