import { expect, test } from 'vitest'
import { createdOf } from './created.ts'
import { type Draft, emptyDraft } from './draft.ts'

const org = { orgName: 'acme' }
const answer = {
  ok: true as const,
  result: 'CREATED' as const,
  id: '1',
  password: 'made or given',
  publicKey: 'ssh-rsa AAAA',
}
const created = (change: Partial<Draft>) => createdOf(org, { ...emptyDraft('git-key'), ...change }, answer)

test('shows what the server made, and not what it was given', () => {
  expect(created({ kind: 'new-key-pair' })).toMatchObject({
    password: undefined,
    publicKey: { text: 'ssh-rsa AAAA', isShownOnce: false },
  })
  expect(created({ kind: 'key-pair', protection: 'own-password' })).toMatchObject({
    password: undefined,
    publicKey: undefined,
  })
  expect(created({ kind: 'value', protection: 'generated-password' }).password).toBe('made or given')
})

test('the public key of a pair with a store password is shown once', () => {
  expect(created({ kind: 'new-key-pair', protection: 'own-password' })).toMatchObject({
    password: undefined,
    publicKey: { isShownOnce: true },
    secret: { name: 'git-key', type: 'KEY_PAIR', encryptedBy: 'PASSWORD' },
  })
})
