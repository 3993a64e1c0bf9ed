// @vitest-environment node
import { expect, test } from 'vitest'
import { fingerprintOf } from './fingerprint.ts'

// Made with `ssh-keygen -t ed25519`; the fingerprint is what `ssh-keygen -l` says.
const LINE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAII8AJoSrOatAc1Ahw96NBuzWPLzYXqdms6w/Ipj7GlXQ deploy@example'
const FINGERPRINT = 'SHA256:IRmET5HUyKPptp/lhxNnmEDFKviCxzeKLtguH2j13SY'

test('the fingerprint is that of ssh-keygen, with and without a comment', async () => {
  expect(await fingerprintOf(LINE)).toBe(FINGERPRINT)
  expect(await fingerprintOf(`${LINE.split(' ').slice(0, 2).join(' ')}\n`)).toBe(FINGERPRINT)
})

test('anything else has none', async () => {
  expect(await fingerprintOf('-----BEGIN PUBLIC KEY-----\nAAAA')).toBeUndefined()
  expect(await fingerprintOf('ssh-rsa not!base64')).toBeUndefined()
  expect(await fingerprintOf('')).toBeUndefined()
})
