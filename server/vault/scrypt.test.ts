import { createHash, scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { isAffordable, scryptKey } from './scrypt.ts'

const cheap = { log2N: 4, r: 1, p: 1 }
const salt = Buffer.alloc(16, 's')

test('derives the same as scrypt of the SHA-256 of the password', async () => {
  const key = await scryptKey('pleaselet\u00efn', salt, { log2N: 14, r: 8, p: 1 }, 64)
  const input = createHash('sha256').update(Buffer.from('pleaselet\u00efn', 'utf8')).digest()
  expect(key.equals(scryptSync(input, salt, 64, { N: 16384, r: 8, p: 1 }))).toBe(true)
})

test.each([
  ['secret', 'secret\0'],
  ['', '\0'],
  ['x'.repeat(63), `${'x'.repeat(63)}\0`],
])('distinguishes %j from %j, unlike HMAC', async (a, b) => {
  expect((await scryptKey(a, salt, cheap)).equals(await scryptKey(b, salt, cheap))).toBe(false)
})

test('does not block the event loop', async () => {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  await scryptKey('a', Buffer.alloc(16), { log2N: 15, r: 8, p: 1 })
  clearInterval(timer)
  expect(turns).toBeGreaterThan(0)
})

test.each([
  [{ log2N: 15, r: 8, p: 1 }, true],
  [{ log2N: 15, r: 8, p: 3 }, true],
  [{ log2N: 0, r: 8, p: 1 }, false],
  [{ log2N: 30, r: 8, p: 1 }, false],
  [{ log2N: 15, r: 255, p: 1 }, false],
  [{ log2N: 15, r: 8, p: 0 }, false],
  [{ log2N: Number.NaN, r: 8, p: 1 }, false],
])('%j is affordable: %s', (cost, affordable) => {
  expect(isAffordable(cost)).toBe(affordable)
})
