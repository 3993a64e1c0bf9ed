import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { decrypt, encrypt, OVERHEAD_BYTES } from './aead.ts'

const key = randomBytes(32)
const place = Buffer.from('here')

test.each([0, 1, 15, 16, 17, 1024 * 1024])('decrypts %i bytes', (length) => {
  const clear = randomBytes(length)
  const box = encrypt(key, clear, place)
  expect(box.length).toBe(length + OVERHEAD_BYTES)
  expect(decrypt(key, box, place)?.equals(clear)).toBe(true)
})

test('encrypting the same text twice gives different boxes', () => {
  const clear = Buffer.alloc(32, 'a')
  const [a, b] = [encrypt(key, clear, place), encrypt(key, clear, place)]
  expect(a.subarray(0, 12).equals(b.subarray(0, 12))).toBe(false)
  expect(a.subarray(OVERHEAD_BYTES).equals(b.subarray(OVERHEAD_BYTES))).toBe(false)
})

test('does not decrypt with a flipped bit, a missing or extra byte, another key or another context', () => {
  const box = encrypt(key, Buffer.from('value'), place)
  for (let bit = 0; bit < box.length * 8; bit++) {
    const changed = Buffer.from(box)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    expect(decrypt(key, changed, place)).toBeUndefined()
  }
  for (let length = 0; length < box.length; length++) {
    expect(decrypt(key, box.subarray(0, length), place)).toBeUndefined()
  }
  expect(decrypt(key, Buffer.concat([box, Buffer.of(0)]), place)).toBeUndefined()
  expect(decrypt(randomBytes(32), box, place)).toBeUndefined()
  expect(decrypt(key, box, Buffer.from('there'))).toBeUndefined()
})
