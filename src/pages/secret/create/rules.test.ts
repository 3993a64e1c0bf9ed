import { describe, expect, it } from 'vitest'
import { type Draft, emptyDraft } from './draft.ts'
import { fieldOf, MAX_BYTES, passwordRules, problemsOf, sizeWords, trimmed } from './rules.ts'

const draft = (change: Partial<Draft>): Draft => ({ ...emptyDraft('git-key'), ...change })
const fields = (change: Partial<Draft>) => problemsOf(draft(change), 'alice').map(({ field }) => field)
const text = (value: string) => ({ text: value, lineEnds: 'LF' as const })

describe('problemsOf', () => {
  it('looks at the name, which every kind has', () => {
    expect(fields({ kind: 'new-key-pair' })).toEqual([])
    expect(fields({ kind: 'new-key-pair', name: 'a b c' })).toEqual(['name'])
  })

  it('asks for the parts of each kind', () => {
    expect(fields({ kind: 'key-pair' })).toEqual(['publicKey', 'privateKey'])
    expect(fields({ kind: 'username-password', username: ' ', password: '\t' })).toEqual(['username', 'password'])
    expect(fields({ kind: 'value' })).toEqual(['value'])
    expect(fields({ kind: 'file' })).toEqual(['file'])
  })

  it('takes 1 MiB and not a byte more, and an empty file', () => {
    const file = (size: number) => ({
      ...text(''),
      file: { name: 'f', blob: new Blob([new Uint8Array(size)]), bytes: new Uint8Array(), text: '' },
    })
    expect(fields({ kind: 'file', file: file(0) })).toEqual([])
    expect(fields({ kind: 'file', file: file(MAX_BYTES) })).toEqual([])
    expect(fields({ kind: 'file', file: file(MAX_BYTES + 1) })).toEqual(['file'])
    expect(fields({ kind: 'value', value: text('ä'.repeat(MAX_BYTES / 2)) })).toEqual([])
    expect(fields({ kind: 'value', value: text(`${'ä'.repeat(MAX_BYTES / 2)}x`) })).toEqual(['value'])
  })

  it('looks at a store password only when there is one of their own', () => {
    const kind = 'new-key-pair'
    expect(fields({ kind, storePassword: 'x' })).toEqual([])
    expect(fields({ kind, storePassword: 'x', protection: 'own-password' })).toEqual(['storePassword'])
    expect(fields({ kind, storePassword: ' Secret12 ', protection: 'own-password' })).toEqual([])
  })
})

describe('passwordRules', () => {
  const broken = (password: string, username = 'alice') =>
    passwordRules(password, username).flatMap(({ holds }, index) => (holds ? [] : [index]))

  it.each([
    ['Secret1', []],
    ['Secre1', [0]],
    [' Secre1 ', [0]],
    ['secret1', [1]],
    ['SECRET1', [2]],
    ['Secrets', [3]],
    ['Mylicense1', [4]],
    ['MyALIcense1', []],
    ['Ärgerß٣', []],
    ['', [0, 1, 2, 3, 4]],
  ])('%j', (password, expected) => {
    expect(broken(password)).toEqual(expected)
  })

  it('has nothing to find in a username of two characters', () => {
    expect(broken('Secret1ab', 'ab')).toEqual([])
  })
})

describe('fieldOf', () => {
  it.each([
    ['Secret already exists: git-key', 'name'],
    ['Invalid secret name: x. Must contain only …', 'name'],
    ['Invalid password: Password must contain an UPPER character', 'storePassword'],
    ['Action forbidden: no', undefined],
  ])('%s', (words, field) => {
    expect(fieldOf(words)).toBe(field)
  })
})

it('trims as Java does', () => {
  expect(trimmed('\t\0 a b\r\n')).toBe('a b')
  expect(trimmed('\u00a0a\u00a0')).toBe('\u00a0a\u00a0')
})

it('says sizes so that the limit is clear', () => {
  expect([0, 1, 1023, 1024, MAX_BYTES, MAX_BYTES + 1, 3 * MAX_BYTES].map(sizeWords)).toEqual([
    '0 bytes',
    '1 byte',
    '1023 bytes',
    '1.0 KiB',
    '1.00 MiB',
    '1,048,577 bytes',
    '3.00 MiB',
  ])
})
