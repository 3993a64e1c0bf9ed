import { describe, expect, it } from 'vitest'
import { relativeTime, timeOf } from './relativeTime.ts'

describe('timeOf', () => {
  it.each([
    ['2026-02-01T12:00:00.000Z', '2026-02-01T12:00:00.000Z'],
    ['2026-02-01T12:00:00.000+01', '2026-02-01T11:00:00.000Z'],
    ['2026-02-01T12:00:00.000-0330', '2026-02-01T15:30:00.000Z'],
    ['2026-02-01T12:00:00.123456+05:30', '2026-02-01T06:30:00.123Z'],
    ['2026-02-01', '2026-02-01T00:00:00.000Z'],
  ])('reads %s', (at, expected) => {
    expect(timeOf(at).toISOString()).toBe(expected)
  })
})

describe('relativeTime', () => {
  it('says how long ago', () => {
    const now = new Date('2026-02-01T12:00:00.000Z')
    expect(relativeTime('2026-02-01T11:59:30.000Z', now)).toBe('just now')
    expect(relativeTime('2026-01-29T12:00:00.000+00', now)).toBe('3 days ago')
    expect(relativeTime('no date', now)).toBe('at an unknown time')
  })
})
