import { expect, test } from 'vitest'
import { decodeTransfer } from './transferEncoding.ts'

test('decoding time is linear in the length', () => {
  const before = process.cpuUsage()
  for (const unit of ['QUJD', 'a=', '=3D', ' ', ' \r\n', '=\r\n', '*']) {
    const text = unit.repeat(Math.floor(2 ** 21 / unit.length))
    for (const encoding of ['base64', 'quoted-printable']) decodeTransfer(Buffer.from(text), encoding)
  }
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(5000)
})
