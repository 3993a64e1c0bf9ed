import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

export const ROOT = join(import.meta.dirname, '../..')

/**
 * Expects every test that a document names to exist, as `` `file` › *name* ``, and every test file to be named with one
 * of its tests. Returns how many it names.
 */
export function expectNamedTests(text: string): number {
  const named = [...text.matchAll(/`([^`]+\.(?:test|spec)\.tsx?)` › \*([^*]+)\*/g)]
  for (const [, file = '', name = ''] of named) {
    expect(existsSync(join(ROOT, file)), file).toBe(true)
    const source = readFileSync(join(ROOT, file), 'utf8')
    const quoted = ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote}`))
    expect(quoted, `${file} › ${name}`).toBe(true)
  }
  expect([...text.matchAll(/`[^`]+\.(?:test|spec)\.tsx?`/g)]).toHaveLength(named.length)
  return named.length
}
