// @vitest-environment node
import { expect, test } from 'vitest'
import { keyNamed } from '../../tests/support/keys/keyNamed.ts'
import { inspectPair } from './inspectPair.ts'
import { inspectPrivate } from './inspectPrivate.ts'
import { inspectPublic } from './inspectPublic.ts'
import type { KeyFacts } from './KeyFacts.ts'
import { factWords } from './words.ts'

const line = (facts: KeyFacts | undefined) => {
  if (!facts) return undefined
  const { before, after } = factWords(facts)
  return [before, ...after].join(' · ')
}
const text = (name: string) => keyNamed(name).text

test('says type and size, passphrase, comment, and what a certificate is good for', () => {
  expect(line(inspectPrivate(text('RSA 3072, OpenSSH')).facts)).toBe(
    'RSA 3072 bits · no passphrase · “throw-away test key”',
  )
  expect(line(inspectPrivate(text('Ed25519, passphrase')).facts)).toBe('Ed25519 · passphrase')
  expect(line(inspectPublic(text('Ed25519, no comment, public')).facts)).toBe('Ed25519')
  expect(line(inspectPublic(text('certificate, RSA, expired')).facts)).toMatch(
    /^RSA 2048 bits certificate · expired on 2020|^RSA 2048 bits certificate · expired on 202[01]-/,
  )
  expect(line(inspectPublic(text('certificate, ECDSA, until 2040')).facts)).toMatch(
    /ECDSA P-256 certificate · expires on 20(39|40)-/,
  )
  expect(line(inspectPublic(text('certificate of a host')).facts)).toMatch(/certificate of a host · never expires/)
  expect(line(inspectPublic(text('security key, Ed25519')).facts)).toMatch(/^Ed25519 security key/)
})

test('says that the halves match', () => {
  const { publicKey } = inspectPair({ publicKey: text('Ed25519, public'), privateKey: text('Ed25519') })
  expect(line(publicKey?.facts)).toBe('Ed25519 · matches the private key · “throw-away test key”')
})
