// @vitest-environment node
import { expect, test } from 'vitest'
import { damaged, damagesOf } from '../../tests/support/keys/damage.mjs'
import { keyNamed, keys } from '../../tests/support/keys/keyNamed.ts'
import { holdsPrivateKey } from './holdsPrivateKey.ts'

test('sees a private key in every format, and in spite of every damage', () => {
  const names = ['Ed25519', 'Ed25519, passphrase', 'RSA 2048, PEM', 'RSA 2048, PKCS8', 'ECDSA 521, PEM', 'DSA, PEM']
  for (const name of names)
    for (const damage of damagesOf('private')) {
      const content = new Uint8Array(damaged('private', damage, keyNamed(name).text))
      expect(holdsPrivateKey(content), `${name}, ${damage}`).toBe(true)
    }
})

test('sees those of other programs', () => {
  expect(holdsPrivateKey('PuTTY-User-Key-File-3: ssh-rsa\r\nPrivate-Lines: 1\r\nAAAA\r\n')).toBe(true)
  expect(holdsPrivateKey('---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAA\n')).toBe(true)
  expect(holdsPrivateKey('{"kty":"OKP","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}')).toBe(true)
  const base64 = keyNamed('RSA 2048, PKCS8').text.replace(/-----.*-----|\n/g, '')
  expect(holdsPrivateKey(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)))).toBe(true)
})

test('takes no public key for a private one, whatever its comment says', () => {
  for (const { name, half, text } of keys) if (half === 'public') expect(holdsPrivateKey(text), name).toBe(false)
  const line = keyNamed('RSA 2048, OpenSSH, public').text.replace('throw-away test key', 'half of the private key')
  for (const damage of damagesOf('public'))
    expect(holdsPrivateKey(new Uint8Array(damaged('public', damage, line))), damage).toBe(false)
})
