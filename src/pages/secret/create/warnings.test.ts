import { describe, expect, it } from 'vitest'
import { readFile } from './chosenFile.ts'
import { type Draft, emptyDraft } from './draft.ts'
import { warningsOf } from './warnings.ts'

const text = (value: string) => ({ text: value, lineEnds: 'LF' as const })
const words = (change: Partial<Draft>) =>
  warningsOf({ ...emptyDraft('git-key'), ...change })
    .map((warning) => `${warning.field}: ${warning.words}`)
    .join('\n')

describe('warningsOf', () => {
  it('has nothing to say about an ordinary secret', () => {
    expect(words({ kind: 'new-key-pair' })).toBe('')
    expect(words({ kind: 'value', value: text('two\nlines') })).toBe('')
    expect(words({ kind: 'username-password', username: 'bob', password: 'a b' })).toBe('')
  })

  it('says what the server trims, and what it keeps', () => {
    const login = words({ kind: 'username-password', username: ' bob', password: 'secret ' })
    expect(login).toMatch(/username: The server removes/)
    expect(login).toMatch(/password: The server removes/)
    expect(words({ kind: 'value', value: text('v\n') })).toMatch(/line break, which is kept/)
    expect(words({ kind: 'value', value: text(' v') })).toMatch(/whitespace, which is kept/)
    expect(words({ protection: 'own-password', storePassword: 'Secret12 ' })).toMatch(
      /storePassword: The server removes/,
    )
  })

  it('says the same about a value that is in a file', async () => {
    const file = async (bytes: string | Uint8Array<ArrayBuffer>) => ({
      ...text(''),
      file: await readFile(new File([bytes], 'token')),
    })
    expect(words({ kind: 'value', value: await file('token') })).toBe('')
    expect(words({ kind: 'value', value: await file('') })).toBe('value: The file is empty.')
    expect(words({ kind: 'value', value: await file('token\r\n') })).toMatch(/line break, which is kept/)
    expect(words({ kind: 'value', value: await file('\ufefftoken\n') })).toMatch(
      /byte order mark \(BOM\), which is kept/,
    )
    expect(words({ kind: 'value', value: text('\ufefftoken') })).toMatch(/byte order mark/)
    expect(words({ kind: 'value', value: await file('\ttoken') })).toMatch(/whitespace, which is kept/)
    // A file that is meant as one ends as it likes.
    expect(words({ kind: 'file', file: await file('token\n') })).toBe('')
  })

  it('offers to remove what came along, unless that would change other bytes', async () => {
    const fixOf = (value: Draft['value']) =>
      warningsOf({ ...emptyDraft('git-key'), kind: 'value', value })[0]?.fix?.change
    expect(fixOf(text('a\nb\n\n'))).toEqual({ value: text('a\nb') })
    const file = await readFile(new File(['ä\r\n'], 'token'))
    expect(await fixOf({ ...text(''), file })?.value?.file?.blob.text()).toBe('ä')
    expect(fixOf(text('\n'))).toBeUndefined()
    const binary = await readFile(new File([new Uint8Array([0xff, 0x0a])], 'token'))
    expect(fixOf({ ...text(''), file: binary })).toBeUndefined()
  })

  it('warns of a key that Concord cannot show later', () => {
    expect(words({ kind: 'key-pair', publicKey: text('x'.repeat(8193)) })).toMatch(/8 KiB/)
  })

  it('suggests a key pair for a private key that is pasted as a value', () => {
    const value = text('-----BEGIN OPENSSH PRIVATE KEY-----\n')
    const [hint] = warningsOf({ ...emptyDraft('git-key'), kind: 'value', value })
    expect(hint).toMatchObject({ isHint: true, fix: { change: { kind: 'key-pair', privateKey: value } } })
    expect(words({ kind: 'value', value: text('-----BEGIN CERTIFICATE-----') })).toBe('')
  })

  it('warns of a store password where a repository would have to give it', () => {
    expect(words({ kind: 'new-key-pair', protection: 'generated-password' })).toMatch(/repository cannot use it/)
    expect(words({ kind: 'value', protection: 'generated-password' })).toBe('')
  })

  it('says what PUBLIC opens', () => {
    const projects = [{ id: '1', name: 'one' }]
    expect(words({ visibility: 'PUBLIC' })).toMatch(/Everybody who can sign in .* download.*\n.*Every member/)
    expect(words({ visibility: 'PUBLIC', projects })).toMatch(/^visibility: Every member/)
    expect(words({ kind: 'value', visibility: 'PUBLIC', protection: 'own-password' })).toMatch(
      /^visibility: Every member/,
    )
  })
})
