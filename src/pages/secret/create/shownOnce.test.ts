import { expect, test } from 'vitest'
import { lostWith, shownOnce } from './shownOnce.ts'

test('a generated store password is shown once, and so is the public key of a pair that the server cannot decrypt', () => {
  expect(shownOnce({ kind: 'value', protection: 'generated-password' })?.what).toBe('store password')
  expect(shownOnce({ kind: 'new-key-pair', protection: 'generated-password' })?.what).toBe('store password')
  expect(shownOnce({ kind: 'new-key-pair', protection: 'own-password' })?.what).toBe('public key')
  expect(shownOnce({ kind: 'key-pair', protection: 'own-password' })).toBeUndefined()
  expect(shownOnce({ kind: 'new-key-pair', protection: 'server-key' })).toBeUndefined()
})

test('what was in a lost answer is named', () => {
  const sent = { name: 'git-key', kind: 'value' as const }
  expect(lostWith({ ...sent, protection: 'server-key' })).toMatch(
    /^There is a secret named git-key now: probably yours\.$/,
  )
  expect(lostWith({ ...sent, protection: 'generated-password' })).toContain('delete the secret and create it again.')
})
