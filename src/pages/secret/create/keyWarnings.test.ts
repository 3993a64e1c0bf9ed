import { describe, expect, it } from 'vitest'
import { inspectPair } from '#keys/inspectPair.ts'
import { keyNamed } from '../../../../tests/support/keys/keyNamed.ts'
import { contentOf, type Draft, emptyDraft } from './draft.ts'
import { keyWarnings } from './keyWarnings.ts'
import { problemsOf } from './rules.ts'

const PRIVATE = keyNamed('Ed25519').text
const PUBLIC = keyNamed('Ed25519, public').text

const given = (publicKey: string, privateKey: string, lineEnds: 'LF' | 'CRLF' = 'LF'): Draft => ({
  ...emptyDraft('git-key'),
  kind: 'key-pair',
  publicKey: { text: publicKey, lineEnds: 'LF' },
  privateKey: { text: privateKey, lineEnds },
})
const inspected = ({ publicKey, privateKey }: Draft) =>
  inspectPair({ publicKey: contentOf(publicKey), privateKey: contentOf(privateKey) })
const problems = (draft: Draft) => problemsOf(draft, 'alice', inspected(draft)).map(({ words }) => words)

describe('keyWarnings', () => {
  it('has nothing to say about a pair that is right', () => {
    expect(keyWarnings(given(PUBLIC, PRIVATE), inspected(given(PUBLIC, PRIVATE)))).toEqual([])
  })

  it('refuses a private key as the public one, with the swap beside the error', () => {
    const draft = given(PRIVATE, PUBLIC)
    expect(problems(draft)).toEqual(['This is a private key. Every reader of the secret would see it.'])
    const [swap] = keyWarnings(draft, inspected(draft))
    expect(swap?.fix).toMatchObject({ label: 'Swap them', changes: 'Puts each key into the other field' })
    expect(problems({ ...draft, ...swap?.fix?.change })).toEqual([])
  })

  it('never blocks anything else', () => {
    expect(problems(given('hello world', 'hello world'))).toEqual([])
    expect(problems(given(keyNamed('RSA 2048, OpenSSH, public').text, PRIVATE))).toEqual([])
  })

  it('says what a fix changes, and leaves line feeds', () => {
    const draft = given(PUBLIC, PRIVATE, 'CRLF')
    const [warning] = keyWarnings(draft, inspected(draft))
    expect(warning).toMatchObject({ words: 'Its lines end with CRLF. OpenSSH rejects that.' })
    expect(warning?.fix?.changes).toMatch(/^Removes \d+ carriage returns$/)
    expect(warning?.fix?.change).toEqual({ privateKey: { text: PRIVATE, lineEnds: 'LF' } })
  })

  it('mends a file as it mends text', async () => {
    const bytes = new TextEncoder().encode(PRIVATE.replaceAll('\n', '\r\n'))
    const file = { name: 'id_ed25519', blob: new Blob([bytes]), bytes, text: '' }
    const draft = { ...given(PUBLIC, ''), privateKey: { text: '', lineEnds: 'LF' as const, file } }
    const change = keyWarnings(draft, inspected(draft))[0]?.fix?.change
    expect(await change?.privateKey?.file?.blob.text()).toBe(PRIVATE)
    expect(inspected({ ...draft, ...change }).privateKey?.verdict).toBe('good')
  })
})
