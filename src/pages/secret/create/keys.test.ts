import { describe, expect, it } from 'vitest'
import { privateKeyFacts } from './keys.ts'

const pem = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
const openSsh = (cipher: string) =>
  pem(
    'OPENSSH PRIVATE KEY',
    btoa(`openssh-key-v1\0\0\0\0${String.fromCharCode(cipher.length)}${cipher}${'x'.repeat(60)}`),
  )

describe('privateKeyFacts', () => {
  it.each([
    ['PKCS#1', pem('RSA PRIVATE KEY', 'MIIE'), false],
    ['PKCS#8', pem('PRIVATE KEY', 'MIIE'), false],
    ['PKCS#8 with a passphrase', pem('ENCRYPTED PRIVATE KEY', 'MIIF'), true],
    [
      'old PEM with a passphrase',
      pem('RSA PRIVATE KEY', 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIE'),
      true,
    ],
    ['OpenSSH', openSsh('none'), false],
    ['OpenSSH with a passphrase', openSsh('aes256-ctr'), true],
    ['OpenSSH, half typed', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl!', false],
  ])('%s', (_, text, encrypted) => {
    expect(privateKeyFacts(text)).toMatchObject({ looksLikeKey: true, encrypted })
  })

  it('recognizes what is not a private key, and a missing last line break', () => {
    expect(privateKeyFacts('ssh-ed25519 AAAA me').looksLikeKey).toBe(false)
    expect(privateKeyFacts(pem('PUBLIC KEY', 'MIIB')).looksLikeKey).toBe(false)
    expect(privateKeyFacts(pem('PRIVATE KEY', 'MIIE')).endsOpen).toBe(false)
    expect(privateKeyFacts(pem('PRIVATE KEY', 'MIIE').trimEnd()).endsOpen).toBe(true)
  })
})
