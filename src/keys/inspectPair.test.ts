// @vitest-environment node
import { expect, test } from 'vitest'
import { keyNamed } from '../../tests/support/keys/keyNamed.ts'
import { inspectPair } from './inspectPair.ts'

const PRIVATE = keyNamed('Ed25519').text
const PUBLIC = keyNamed('Ed25519, public').text
const OTHER = keyNamed('RSA 2048, OpenSSH, public').text

/** What is said in both fields, without what is right. */
const said = (publicKey: string, privateKey: string) => {
  const { publicKey: ofPublic, privateKey: ofPrivate } = inspectPair({ publicKey, privateKey })
  const words = (inspection = ofPublic) =>
    inspection?.remarks.map(({ tone, words, fix }) => [tone, words, fix?.label].filter(Boolean).join(' | '))
  return { publicKey: words(ofPublic) ?? [], privateKey: words(ofPrivate ?? { verdict: 'good', remarks: [] }) }
}

test('says nothing about a pair that is right', () => {
  expect(said(PUBLIC, PRIVATE)).toEqual({ publicKey: [], privateKey: [] })
  expect(inspectPair({ publicKey: '', privateKey: '' })).toEqual({})
})

test('refuses a private key as the public one, and swaps or moves it', () => {
  const refused = 'error | This is a private key. Every reader of the secret would see it.'
  expect(said(PRIVATE, PUBLIC)).toEqual({
    publicKey: [`${refused} | Swap them`],
    privateKey: ['warning | This is a public key.'],
  })
  expect(said(PRIVATE, '').publicKey).toEqual([`${refused} | Move it`])
  expect(said(PRIVATE, PRIVATE).publicKey).toEqual([refused])
  expect(said('', PUBLIC).privateKey).toEqual(['warning | This is a public key. | Move it'])
})

test('puts the public half of the private key where it is missing, damaged or another', () => {
  for (const publicKey of ['', 'hello world', OTHER, PUBLIC.slice(0, 40)]) {
    const fix = inspectPair({ publicKey, privateKey: PRIVATE }).publicKey?.remarks[0]?.fix
    expect(fix && 'text' in fix && fix.text).toBe(PUBLIC)
  }
  expect(said(OTHER, PRIVATE).publicKey).toEqual(['warning | It does not match the private key. | Fix'])
})

test('compares with the key in a certificate, and with one behind a passphrase', () => {
  const certificate = keyNamed('certificate, Ed25519').text
  expect(said(certificate, PRIVATE).publicKey).toEqual([
    'warning | It is a certificate. Git hosts want the key itself. | Fix',
  ])
  const [first] = said(PUBLIC, keyNamed('Ed25519, passphrase').text).publicKey
  expect(first).toMatch(/does not match/)
})
