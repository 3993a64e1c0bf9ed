import { execFileSync, spawnSync } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeKeyPair, encodeKeyPair } from './binary.ts'
import { type GeneratedKeyPair, generateKeyPair } from './keyPair.ts'

const hasSshKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined

describe('a new key pair', () => {
  let pair: GeneratedKeyPair
  beforeAll(async () => {
    pair = await generateKeyPair()
  }, 60_000)

  test("has a public key line like Concord's, of 535 bytes, with a line break", () => {
    // The shape of the recorded response `secret-create/key-pair-generated`.
    const [, blob = ''] = /^ssh-rsa ([0-9A-Za-z+/=]+) concord-server\n$/.exec(pair.publicKey) ?? []
    expect(Buffer.from(blob, 'base64').length).toBe(535)
  })

  test('has a PKCS#1 private key in lines of 64 characters', () => {
    const lines = pair.privateKey.split('\n')
    expect(lines[0]).toBe('-----BEGIN RSA PRIVATE KEY-----')
    expect(lines.slice(-2)).toEqual(['-----END RSA PRIVATE KEY-----', ''])
    for (const line of lines.slice(1, -3)) expect(line).toMatch(/^[0-9A-Za-z+/]{64}$/)
    const key = createPrivateKey(pair.privateKey)
    expect(key.asymmetricKeyType).toBe('rsa')
    expect(key.asymmetricKeyDetails).toMatchObject({ modulusLength: 4096, publicExponent: 65537n })
  })

  test('has two matching halves', () => {
    expect(modulusOf(pair.publicKey)).toBe(modulusOf(pair.privateKey))
  })

  test('survives storing', () => {
    const publicKey = Buffer.from(pair.publicKey)
    const privateKey = Buffer.from(pair.privateKey)
    const back = decodeKeyPair(encodeKeyPair({ publicKey, privateKey }))
    expect(back.publicKey.toString() + back.privateKey.toString()).toBe(pair.publicKey + pair.privateKey)
  })

  test.skipIf(!hasSshKeygen)('can be read by OpenSSH', () => {
    const folder = mkdtempSync(join(tmpdir(), 'key-pair-'))
    try {
      writeFileSync(join(folder, 'id.pub'), pair.publicKey)
      writeFileSync(join(folder, 'id'), pair.privateKey, { mode: 0o600 })
      const shown = execFileSync('ssh-keygen', ['-l', '-f', join(folder, 'id.pub')], { encoding: 'utf8' })
      expect(shown).toMatch(/^4096 SHA256:\S+ concord-server \(RSA\)\n$/)
      const fromPrivate = execFileSync('ssh-keygen', ['-y', '-f', join(folder, 'id')], { encoding: 'utf8' })
      expect(pair.publicKey.startsWith(fromPrivate.trim())).toBe(true)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

test('key pairs requested together all differ', async () => {
  const pairs = await Promise.all(
    Array.from({ length: availableParallelism() + 3 }, () => generateKeyPair(undefined, 1024)),
  )
  expect(new Set(pairs.map((pair) => pair.publicKey)).size).toBe(pairs.length)
})

/** Returns the modulus (base64url) of an OpenSSH line, by reading its three fields, or of a PEM, with Node. */
function modulusOf(key: string): string | undefined {
  if (key.startsWith('-----')) return createPublicKey(key).export({ format: 'jwk' }).n
  const blob = Buffer.from(key.split(' ')[1] ?? '', 'base64')
  const fields: Buffer[] = []
  for (let at = 0; at < blob.length; at += 4 + blob.readUInt32BE(at)) {
    fields.push(blob.subarray(at + 4, at + 4 + blob.readUInt32BE(at)))
  }
  const [algorithm, exponent, modulus] = fields
  expect(fields.length).toBe(3)
  expect(algorithm?.toString()).toBe('ssh-rsa')
  expect(exponent?.toString('hex')).toBe('010001')
  // The top bit of an RSA modulus is always set, so its signed form starts with a zero byte.
  expect(modulus?.[0]).toBe(0)
  return modulus?.subarray(1).toString('base64url')
}
