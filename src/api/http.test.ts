import { afterEach, expect, test, vi } from 'vitest'
import { form, http, query, url } from './http.ts'

afterEach(() => vi.unstubAllGlobals())

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
