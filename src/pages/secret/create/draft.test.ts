import { describe, expect, it } from 'vitest'
import { blobOf, type Draft, emptyDraft, hasValues, newSecretOf, sizeOf } from './draft.ts'

const draft = (change: Partial<Draft>): Draft => ({ ...emptyDraft(), ...change })
const text = (value: string, lineEnds: 'LF' | 'CRLF' = 'LF') => ({ text: value, lineEnds })

describe('content', () => {
  it('is sent to the byte', async () => {
    const typed = text(' ä\n\n€ ')
    expect(await blobOf(typed).text()).toBe(' ä\n\n€ ')
    expect(sizeOf(typed)).toBe(new TextEncoder().encode(' ä\n\n€ ').length)
  })

  it('has CRLF where that was asked for', async () => {
    const pasted = text('a\nb\n', 'CRLF')
    expect(await blobOf(pasted).text()).toBe('a\r\nb\r\n')
    expect(sizeOf(pasted)).toBe(6)
  })

  it('is the file, when there is one', () => {
    const blob = new Blob([new Uint8Array([0, 255, 13, 10])])
    const content = { ...text('typed before', 'CRLF'), file: { name: 'x', blob, bytes: new Uint8Array(), text: '' } }
    expect(blobOf(content)).toBe(blob)
    expect(sizeOf(content)).toBe(4)
  })
})

describe('newSecretOf', () => {
  it('sends only what belongs to the kind and the protection, whatever else was typed', () => {
    const everything = draft({
      name: 'git-key',
      username: 'u',
      password: 'p',
      value: text('v'),
      storePassword: 'Secret123',
      projects: [{ id: '1', name: 'one' }],
    })
    expect(newSecretOf({ ...everything, kind: 'new-key-pair' })).toEqual({
      type: 'KEY_PAIR',
      name: 'git-key',
      visibility: 'PRIVATE',
      projectIds: ['1'],
    })
    expect(newSecretOf({ ...everything, kind: 'username-password', protection: 'own-password', projects: [] })).toEqual(
      {
        type: 'USERNAME_PASSWORD',
        username: 'u',
        password: 'p',
        name: 'git-key',
        visibility: 'PRIVATE',
        storePassword: 'Secret123',
      },
    )
    const data = newSecretOf({ ...everything, kind: 'value', protection: 'generated-password', visibility: 'PUBLIC' })
    expect(data).toMatchObject({ type: 'DATA', generatePassword: true, visibility: 'PUBLIC' })
    expect(data).not.toHaveProperty('storePassword')
  })
})

describe('hasValues', () => {
  it('is so as soon as something was typed that a reload would lose', () => {
    const projects = [{ id: '1', name: 'one' }]
    expect(hasValues(draft({ kind: 'file', name: 'git-key', visibility: 'PUBLIC', projects }))).toBe(false)
    expect(hasValues(draft({ username: 'x' }))).toBe(true)
    expect(hasValues(draft({ storePassword: 'x' }))).toBe(true)
    // The values of each kind stay, whatever kind is chosen.
    expect(hasValues(draft({ kind: 'value', privateKey: text('x') }))).toBe(true)
  })
})
