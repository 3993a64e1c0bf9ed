import { describe, expect, test } from 'vitest'
import { expectFailure, expectResult } from './lib/expect.ts'
import type { Part } from './lib/multipart.ts'
import { made, newWorld } from './lib/world.ts'

// concord-api §9.5: RESTEasy decodes a part's Content-Transfer-Encoding before Concord sees it.

const world = newWorld('transfer')
const creator = await world.user('creator')
const org = await world.org('org')
await world.team(org, 'team', { MEMBER: [creator] })
const LIMIT = 1024 * 1024
let count = 0

const encoded = (encoding: string | string[], value: string | Buffer): Part => ({
  value: typeof value === 'string' ? Buffer.from(value, 'latin1') : value,
  type: 'application/octet-stream',
  filename: 'blob',
  headers: [encoding].flat().map((each) => `Content-Transfer-Encoding: ${each}`),
})
const create = (data: Part, more: Record<string, Part> = {}) =>
  creator.post(`${org.v1}/secret`, { form: { name: `secret-${++count}`, type: 'DATA', data, ...more } })

/** The stored value when it is sent like this. */
async function kept(encoding: string | string[], value: string): Promise<string> {
  made(await create(encoded(encoding, value)))
  const { status, bytes } = await creator.post(`${org.v1}/secret/secret-${count}/data`, { form: {} })
  expect(status).toBe(200)
  return bytes.toString('latin1')
}

describe('base64', () => {
  test.each([
    ['aGVsbG8gd29ybGQ=', 'hello world'],
    ['aGVsbG8g\r\nd29y\r\nbGQ=', 'hello world'],
    ['aG*Vs bG8-gd2\u00ff9ybGQ=', 'hello world'],
    ['aGVsbG8', 'hel'],
    ['aGVsbG8gd', 'hello '],
    ['aGVsbG8=aGVsbG8=', 'hello'],
    ['aGVsbA==QUJD', 'hell'],
    ['aGVsbA=', 'hell'],
    ['=', ''],
    ['a===', ''],
    ['', ''],
    ['-_-_AAAA', '\0\0\0'],
  ])('of %j', async (sent, expected) => expect(await kept('base64', sent)).toBe(expected))

  test('ignores case', async () => expect(await kept(' BASE64 ', 'aGVsbG8=')).toBe('hello'))
  test('counts if it is the first one', async () => {
    expect(await kept(['base64', '8bit'], 'aGVsbG8=')).toBe('hello')
    expect(await kept(['8bit', 'base64'], 'aGVsbG8=')).toBe('aGVsbG8=')
  })
  test('is decoded before the size is checked', async () => {
    const base64 = (bytes: number) => encoded('base64', Buffer.alloc(bytes, 7).toString('base64'))
    made(await create(base64(LIMIT)))
    expectFailure(await create(base64(LIMIT + 1)), 'java.lang.IllegalArgumentException: File size exceeds limit')
  })
  test('is decoded in an update, and in text fields', async () => {
    made(await create(encoded('8bit', 'old')))
    const path = `${org.v2}/secret/secret-${count}`
    const form = { type: encoded('base64', 'REFUQQ=='), data: encoded('base64', 'bmV3'), visibility: 'PRIVATE' }
    expectResult(await creator.post(path, { form }), 'UPDATED')
    const { text } = await creator.post(`${org.v1}/secret/secret-${count}/data`, { form: {} })
    expect(text).toBe('new')
  })
})

describe('quoted-printable', () => {
  test.each([
    ['a=3Db=20c=\r\nd=c3=A9 x', 'a=b cd\u00c3\u00a9 x'],
    ['a=ZZb=4 c==3D=', 'a=ZZb=4 c=='],
    ['line one  \r\nline two\t\nline three=  \r\nfour  ', 'line one\r\nline two\nline threefour'],
    ['a\u00e9\u0001b=\r\n', 'a\u00e9\u0001b'],
    ['a b\t c', 'a b\t c'],
    ['  \t ', ''],
    ['a=\nb=\rc\rd\ne', 'a=\nb=\rc\rd\ne'],
    ['a=4', 'a'],
    ['a=\r', 'a'],
    ['a==', 'a='],
  ])('of %j', async (sent, expected) => expect(await kept('quoted-printable', sent)).toBe(expected))
})

test.each(['7bit', '8bit', 'binary', 'x-uu', '"base64"', 'base64 (comment)', 'base64; x=y'])(
  '%s changes nothing',
  async (encoding) => expect(await kept(encoding, 'a=3Db\u00e9 ')).toBe('a=3Db\u00e9 '),
)
