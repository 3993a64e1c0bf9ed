import { expect, test } from 'vitest'
import { decodeTransfer } from './transferEncoding.ts'

const decode = (text: string, encoding?: string) =>
  decodeTransfer(Buffer.from(text, 'latin1'), encoding).toString('latin1')

// Each as recorded on a real Concord (conformance/transfer-encoding.test.ts sends the same).
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
])('base64 %j', (text, expected) => {
  expect(decode(text, 'base64')).toBe(expected)
  expect(decode(text, ' BASE64 ')).toBe(expected)
})

test.each([
  ['a=3Db=20c=\r\nd=c3=A9 x', 'a=b cd\u00c3\u00a9 x'],
  ['a=ZZb=4 c==3D=', 'a=ZZb=4 c=='],
  ['line one  \r\nline two\t\nline three=  \r\nfour  ', 'line one\r\nline two\nline threefour'],
  ['a\u00e9\u0001b=\r\n', 'a\u00e9\u0001b'],
  ['a=\nb=\rc\rd\ne', 'a=\nb=\rc\rd\ne'],
  ['a=4', 'a'],
  ['a=\r', 'a'],
  ['a==', 'a='],
  ['a b\t c', 'a b\t c'],
  ['  \t ', ''],
  ['', ''],
])('quoted-printable %j', (text, expected) => {
  expect(decode(text, 'quoted-printable')).toBe(expected)
})

test.each(['7bit', '8bit', 'binary', 'x-uu', '"base64"', 'base64 (comment)', 'base64; x=y', '', undefined])(
  'as it is: %s',
  (encoding) => {
    expect(decode('a=3Db\u00e9 ', encoding)).toBe('a=3Db\u00e9 ')
  },
)

test('long values take time in proportion to their length', () => {
  const before = process.cpuUsage()
  for (const unit of ['QUJD', 'a=', '=3D', ' ', ' \r\n', '=\r\n', '*']) {
    const text = unit.repeat(Math.floor(2 ** 21 / unit.length))
    decode(text, 'base64')
    decode(text, 'quoted-printable')
  }
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(5000)
})
