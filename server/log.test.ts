import { expect, test } from 'vitest'
import { createLog } from './log.ts'

test('an event is always a single line: time in UTC, message, and its data as JSON', () => {
  const lines: string[] = []
  const log = createLog('warn', (line) => lines.push(line))
  const name = 'a\r\n2026-01-01T00:00:00.000Z error made up {"x":1}\u001b[2J\u2028"'
  log.warn('a name', { name })
  expect(lines).toHaveLength(1)
  const [, json = ''] =
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warn {2}a name (\{[^\n]*\})$/.exec(lines[0] ?? '') ?? []
  expect(json).not.toMatch(/\p{Cc}/u)
  expect(JSON.parse(json)).toEqual({ name })
})

test('does not write events below the level', () => {
  const lines: string[] = []
  const log = createLog('warn', (line) => lines.push(line))
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](level)
  expect(lines.map((line) => line.split(' ').at(-1))).toEqual(['warn', 'error'])
})
