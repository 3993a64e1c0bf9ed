import { createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { decryptString, encryptString, newProjectKey } from './projectKey.ts'
import { DamagedValueError } from './vaultErrors.ts'

const masterKey = createSecretKey(randomBytes(32))
const keyOf = (projectId: string) => ({ masterKey, projectId, wrapped: newProjectKey(masterKey, projectId) })
const project = keyOf('a')

test('decrypts what it encrypted, even the empty string, and encrypts differently each time', () => {
  for (const clear of ['', 'clear text', 'žluť']) {
    const bytes = encryptString(project, Buffer.from(clear))
    expect(decryptString(project, bytes)?.toString()).toBe(clear)
    expect(encryptString(project, Buffer.from(clear))).not.toEqual(bytes)
  }
})

test('does not decrypt a string of another project, a changed one, or one that was never encrypted', () => {
  const bytes = encryptString(project, Buffer.from('clear text'))
  expect(decryptString(keyOf('b'), bytes)).toBeUndefined()
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(i) ^ 1, i)
    expect(decryptString(project, changed)).toBeUndefined()
  }
  for (const length of [0, 1, 28, 29, 64]) expect(decryptString(project, randomBytes(length))).toBeUndefined()
})

test('a wrapped key opens only for its own project and master key, and is not readable', () => {
  const use = (changes: object) => () => encryptString({ ...project, ...changes }, Buffer.from('x'))
  expect(use({})).not.toThrow()
  expect(use({ projectId: 'b' })).toThrow(DamagedValueError)
  expect(use({ masterKey: createSecretKey(randomBytes(32)) })).toThrow(DamagedValueError)
  expect(use({ wrapped: Buffer.alloc(0) })).toThrow(DamagedValueError)
})
