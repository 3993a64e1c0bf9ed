import { describe, expect, it } from 'vitest'
import type { Secret } from '#api/types.ts'
import { exampleSecret } from '#concord/examples.ts'
import { type ListState, readState } from './listState.ts'
import { listing, rowsOf } from './rows.ts'

const secret = (name: string, fields: Partial<Secret> = {}) =>
  exampleSecret({ id: name, name, type: 'DATA', ...fields })

const asked = (address = '', change: Partial<ListState> = {}): ListState => ({
  ...readState(new URLSearchParams(address)),
  ...change,
})

const names = (secrets: Secret[], state: ListState) => listing(rowsOf(secrets), state).shown.map(({ name }) => name)

describe('listing', () => {
  it('sorts names as people do, and reversed', () => {
    const secrets = [secret('key-10'), secret('Key-1'), secret('alpha'), secret('key-2')]
    expect(names(secrets, asked())).toEqual(['alpha', 'Key-1', 'key-2', 'key-10'])
    expect(names(secrets, asked('sort=-name'))).toEqual(['key-10', 'key-2', 'Key-1', 'alpha'])
  })

  it('finds a part of the name in either case, literally', () => {
    const secrets = [secret('Git-Key'), secret('a%b'), secret('other')]
    expect(names(secrets, asked('filter=it-k'))).toEqual(['Git-Key'])
    expect(names(secrets, asked('', { filter: ' % ' }))).toEqual(['a%b'])
  })

  it('sorts by the age of the value: of its last change, else of its creation', () => {
    const secrets = [
      secret('old', { createdAt: '2020-01-01T00:00:00.000Z' }),
      secret('rotated', { createdAt: '2019-01-01T00:00:00.000Z', lastUpdatedAt: '2026-02-01T00:00:00.000+01' }),
      secret('middle', { createdAt: '2023-01-01T00:00:00.000+0100' }),
    ]
    expect(names(secrets, asked('sort=age'))).toEqual(['rotated', 'middle', 'old'])
    expect(names(secrets, asked('sort=-age'))).toEqual(['old', 'middle', 'rotated'])
  })

  it('sorts by type, and by name within one', () => {
    const secrets = [secret('b'), secret('c', { type: 'KEY_PAIR' }), secret('a')]
    expect(names(secrets, asked('sort=type'))).toEqual(['c', 'a', 'b'])
  })

  it('combines facets, and counts each one as if it were still open', () => {
    const projects = [{ id: 'p', name: 'p' }]
    const secrets = [
      secret('a', { type: 'KEY_PAIR', visibility: 'PUBLIC' }),
      secret('b', { type: 'KEY_PAIR', projects }),
      secret('c', { visibility: 'PUBLIC', encryptedBy: 'PASSWORD' }),
      secret('d'),
    ]
    const { shown, matching, counts } = listing(rowsOf(secrets), asked('type=KEY_PAIR&visibility=PUBLIC'))
    expect(shown.map(({ name }) => name)).toEqual(['a'])
    expect(matching).toBe(1)
    expect(counts.type).toEqual({ KEY_PAIR: 1, DATA: 1 })
    expect(counts.visibility).toEqual({ PUBLIC: 1, PRIVATE: 1 })
    expect(counts.scope).toEqual({ all: 1 })
    expect(names(secrets, asked('scope=some'))).toEqual(['b'])
    expect(names(secrets, asked('protection=PASSWORD'))).toEqual(['c'])
  })

  it('shows one page, and the last one where more is asked for', () => {
    const secrets = Array.from({ length: 45 }, (_, n) => secret(`key-${n}`))
    const second = listing(rowsOf(secrets), asked('size=20&page=2'))
    expect([second.shown[0]?.name, second.shown.length, second.pages]).toEqual(['key-20', 20, 3])
    const beyond = listing(rowsOf(secrets), asked('size=20&page=99'))
    expect([beyond.shown.length, beyond.page]).toEqual([5, 3])
    expect(listing([], asked()).pages).toBe(1)
  })

  it('is quick with 5,000 secrets', () => {
    const rows = rowsOf(Array.from({ length: 5_000 }, (_, n) => secret(`service-${n}-password`)))
    // The quickest of some, because other programs may slow the others down.
    const times = Array.from({ length: 10 }, () => {
      const start = performance.now()
      listing(rows, asked('filter=9&sort=-age&type=DATA'))
      return performance.now() - start
    })
    expect(Math.min(...times)).toBeLessThan(50)
  })
})
