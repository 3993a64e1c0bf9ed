import { describe, expect, test } from 'vitest'
import { decodeKeyPair, decodeUsernamePassword, encodeKeyPair, encodeUsernamePassword } from './binary.ts'
import { DamagedValueError } from './vaultErrors.ts'

describe('key pair', () => {
  // The recorded response `secret-data/data/d-pair` of a real Concord.
  const recorded =
    '000000117373682d72736120414141412074657374000000192d2d2d2d2d424547494e20544553542d2d2d2d2d0a0001ff0a'
  const pair = {
    publicKey: Buffer.from('ssh-rsa AAAA test'),
    privateKey: Buffer.from('-----BEGIN TEST-----\n\x00\x01\xff\n', 'latin1'),
  }

  test("is written like Concord's", () => {
    expect(encodeKeyPair(pair).toString('hex')).toBe(recorded)
  })

  test('is read back', () => {
    expect(decodeKeyPair(Buffer.from(recorded, 'hex'))).toEqual(pair)
    const empty = { publicKey: Buffer.alloc(0), privateKey: Buffer.alloc(0) }
    expect(decodeKeyPair(encodeKeyPair(empty))).toEqual(empty)
  })

  test('is damaged if truncated or with a negative length', () => {
    const bytes = Buffer.from(recorded, 'hex')
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeKeyPair(bytes.subarray(0, length))).toThrow(DamagedValueError)
    }
    expect(() => decodeKeyPair(Buffer.from('ffffffff00000000', 'hex'))).toThrow(DamagedValueError)
  })
})

describe('user name and password', () => {
  // The output of java.io.DataOutputStream.writeUTF in Java 17, including the length.
  const vectors = [
    ['', '0000'],
    ['joe', '00036a6f65'],
    ['a\0b', '000461c08062'],
    ['\u007f', '00017f'],
    ['\u0080', '0002c280'],
    ['é', '0002c3a9'],
    ['\u07ff', '0002dfbf'],
    ['\u0800', '0003e0a080'],
    ['€', '0003e282ac'],
    ['\u{1f600}', '0006eda0bdedb880'],
    ['\ud800', '0003eda080'],
  ] as const

  test.each(vectors)('writes the user name %j like Java, and reads it back', (username, hex) => {
    const bytes = encodeUsernamePassword({ username, password: '' })
    expect(bytes.toString('hex')).toBe(`${hex}00000000`)
    expect(decodeUsernamePassword(bytes).username).toBe(username)
  })

  test('writes the password as plain UTF-8 with a four-byte length', () => {
    const bytes = encodeUsernamePassword({ username: 'joe', password: 'pä\0\u{1f600}' })
    expect(bytes.toString('hex')).toBe('00036a6f6500000008' + '70c3a400f09f9880')
    expect(decodeUsernamePassword(bytes)).toEqual({ username: 'joe', password: 'pä\0\u{1f600}' })
  })

  test('rejects a user name of more than 65535 bytes without repeating it', () => {
    const longest = { username: 'é'.repeat(32767), password: 'p'.repeat(100_000) }
    expect(decodeUsernamePassword(encodeUsernamePassword(longest))).toEqual(longest)
    expect(() => encodeUsernamePassword({ username: 'é'.repeat(32768), password: '' })).toThrow(
      new RangeError('encoded string too long: 65536 bytes'),
    )
  })

  test.each([
    ['', 'too early'],
    ['00', 'too early'],
    ['000261', 'too early'],
    ['000161', 'too early'],
    ['00016100000001', 'too early'],
    ['0001c000000000', 'malformed'],
    ['0001ff00000000', 'malformed'],
    ['0001bf00000000', 'malformed'],
    ['000361c00000000000', 'malformed'],
    ['0002e28200000000', 'malformed'],
    ['0004f09f988000000000', 'malformed'],
  ])('%s is damaged', (hex, message) => {
    const decode = () => decodeUsernamePassword(Buffer.from(hex, 'hex'))
    expect(decode).toThrow(DamagedValueError)
    expect(decode).toThrow(message)
  })
})
