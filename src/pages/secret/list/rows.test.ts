import { describe, expect, it, test } from 'vitest'
import type { Secret } from '#api/types.ts'
import { exampleSecret } from '#concord/examples.ts'
import { type ListState, readState } from './listState.ts'
import { inPeoplesOrder, joined, listing } from './rows.ts'

const secret = (name: string, fields: Partial<Secret> = {}) =>
  exampleSecret({ id: name, name, type: 'DATA', ...fields })

const asked = (address = '', change: Partial<ListState> = {}): ListState => ({
  ...readState(new URLSearchParams(address)),
  ...change,
})

const names = (secrets: Secret[], state: ListState) => listing(joined([secrets]), state).shown.map(({ name }) => name)

const namesOf = (rows: ReturnType<typeof joined>) => rows.map((row) => row.secret.name)

describe('joined', () => {
  it('keeps the order in which the server has them', () => {
    const rows = joined([[secret('Key-1'), secret('key-10')], [secret('key-2')]])
    expect(namesOf(rows)).toEqual(['Key-1', 'key-10', 'key-2'])
  })

  it('has a secret once that a new one moved into the next slice', () => {
    expect(
      namesOf(
        joined([
          [secret('a'), secret('b')],
          [secret('b'), secret('c')],
        ]),
      ),
    ).toEqual(['a', 'b', 'c'])
  })

  it('makes the rows of a slice once', () => {
    const slice = [secret('a')]
    expect(joined([slice, [secret('b')]])[0]).toBe(joined([slice])[0])
  })
})

test('people sort key-2 before key-10, in either case', () => {
  const rows = joined([[secret('Key-1'), secret('alpha'), secret('key-10'), secret('key-2')]])
  expect(namesOf(inPeoplesOrder(rows))).toEqual(['alpha', 'Key-1', 'key-2', 'key-10'])
})

describe('listing', () => {
  it('sorts names in the order that they came in, and reversed', () => {
    const secrets = [secret('Key-1'), secret('alpha'), secret('key-10')]
    expect(names(secrets, asked())).toEqual(['Key-1', 'alpha', 'key-10'])
    expect(names(secrets, asked('sort=-name'))).toEqual(['key-10', 'alpha', 'Key-1'])
  })

  it.each(['', 'filter=9', 'type=DATA', 'filter=key&type=DATA&page=2&size=20'])(
    'only adds to the end when another slice arrives: %s',
    (address) => {
      const slices = [0, 1, 2].map((slice) =>
        Array.from({ length: 90 }, (_, n) => secret(`key-${slice}${n}`, { type: n % 2 ? 'DATA' : 'KEY_PAIR' })),
      )
      const before = names(slices[0] ?? [], asked(address))
      expect(names(slices.flat(), asked(address)).slice(0, before.length)).toEqual(before)
      expect(before.length).toBeGreaterThan(0)
    },
  )

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
    const secrets = [secret('a'), secret('b'), secret('c', { type: 'KEY_PAIR' })]
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
    const { shown, matching, counts } = listing(joined([secrets]), asked('type=KEY_PAIR&visibility=PUBLIC'))
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
    const second = listing(joined([secrets]), asked('size=20&page=2'))
    expect([second.shown[0]?.name, second.shown.length, second.pages]).toEqual(['key-20', 20, 3])
    const beyond = listing(joined([secrets]), asked('size=20&page=99'))
    expect([beyond.shown.length, beyond.page]).toEqual([5, 3])
    expect(listing([], asked()).pages).toBe(1)
  })

  it('is quick with 20,000 secrets', () => {
    const rows = joined([Array.from({ length: 20_000 }, (_, n) => secret(`service-${n}-password`))])
    // In CPU time, so that other programs do not count. The quickest of some: garbage collection takes its share.
    const times = Array.from({ length: 10 }, () => {
      const before = process.cpuUsage()
      listing(rows, asked('filter=9&sort=-age&type=DATA'))
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    })
    expect(Math.min(...times)).toBeLessThan(50)
  })
})
