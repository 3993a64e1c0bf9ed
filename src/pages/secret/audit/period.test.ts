import { expect, test } from 'vitest'
import { timesOf } from './period.ts'

const now = new Date('2026-08-21T12:00:00Z')
const times = (search: string) => timesOf(new URLSearchParams(search), now)

test('a period counts back from now', () => {
  expect(times('period=7d')).toEqual({ after: '2026-08-14T12:00:00.000Z' })
})

test('days are whole, in local time, with both of them included', () => {
  const { after = '', before = '' } = times('period=days&from=2026-08-01&to=2026-08-02')
  expect(new Date(after)).toEqual(new Date(new Date('2026-08-01T00:00').getTime() - 1))
  expect(new Date(before)).toEqual(new Date('2026-08-03T00:00'))
})

test('what cannot be understood is no filter', () => {
  expect(times('')).toEqual({})
  expect(times('period=toString')).toEqual({})
  expect(times('period=days&from=soon&to=2026-99-01')).toEqual({})
  expect(times('from=2026-08-01')).toEqual({})
})
