import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectNamedTests, ROOT } from './namedTests.ts'

/*
 * Checks the last chapter of docs/security.md against the standard and the repository: it has every requirement once,
 * and every test that it names exists. Whether a claim is true is for people to review.
 */

/** The requirements of level 2 in OWASP ASVS 4.0.3, including level 1: section, and the last number of each. */
const LEVEL_2: Record<string, string> = {
  '1.1': '1-7',
  '1.2': '1-4',
  '1.4': '1 4 5',
  '1.5': '1-4',
  '1.6': '1-4',
  '1.7': '1 2',
  '1.8': '1 2',
  '1.9': '1 2',
  '1.10': '1',
  '1.11': '1 2',
  '1.12': '2',
  '1.14': '1-6',
  '2.1': '1-12',
  '2.2': '1-3',
  '2.3': '1-3',
  '2.4': '1-6',
  '2.5': '1-7',
  '2.6': '1-3',
  '2.7': '1-6',
  '2.8': '1-7',
  '2.9': '1-3',
  '2.10': '1-4',
  '3.1': '1',
  '3.2': '1-4',
  '3.3': '1-4',
  '3.4': '1-5',
  '3.5': '1-3',
  '3.7': '1',
  '4.1': '1 2 3 5',
  '4.2': '1 2',
  '4.3': '1-3',
  '5.1': '1-5',
  '5.2': '1-8',
  '5.3': '1-10',
  '5.4': '1-3',
  '5.5': '1-4',
  '6.1': '1-3',
  '6.2': '1-6',
  '6.3': '1 2',
  '6.4': '1 2',
  '7.1': '1-4',
  '7.2': '1 2',
  '7.3': '1 3 4',
  '7.4': '1-3',
  '8.1': '1-4',
  '8.2': '1-3',
  '8.3': '1-8',
  '9.1': '1-3',
  '9.2': '1-4',
  '10.2': '1 2',
  '10.3': '1-3',
  '11.1': '1-8',
  '12.1': '1-3',
  '12.2': '1',
  '12.3': '1-6',
  '12.4': '1 2',
  '12.5': '1 2',
  '12.6': '1',
  '13.1': '1 3 4 5',
  '13.2': '1 2 3 5 6',
  '13.3': '1 2',
  '13.4': '1 2',
  '14.1': '1-4',
  '14.2': '1-6',
  '14.3': '2 3',
  '14.4': '1-7',
  '14.5': '1-4',
}
const requirements = Object.entries(LEVEL_2).flatMap(([section, list]) => numbersIn(list).map((n) => `${section}.${n}`))

/** `1-3` or `1 2 5`. */
function numbersIn(list: string): number[] {
  const [from, to] = list.split('-').map(Number)
  if (from !== undefined && to !== undefined) return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  return list.split(' ').map(Number)
}

const document = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
const chapter = document.slice(document.indexOf('\n## OWASP ASVS 4.0.3, level 2\n') + 1)

/** The lines of the tables: number, subject, verdict, and the place or the reason. */
const lines = chapter
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [number = '', subject = '', verdict = '', where = '', ...more] = line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim())
    return { number, subject, verdict, where, more }
  })

test('the chapter is the last one in the document', () => {
  expect(chapter).toMatch(/^## OWASP ASVS/)
  expect(chapter.slice(1)).not.toMatch(/^## /m)
})

test('every requirement of level 2 has one line', () => {
  expect(requirements).toHaveLength(260)
  expect(lines.map(({ number }) => number)).toEqual(requirements)
})

test('every line has a subject of a few words, a verdict, and a place or a reason', () => {
  for (const { number, subject, verdict, where, more } of lines) {
    expect(['yes', 'n/a', 'no'], number).toContain(verdict)
    expect(subject.split(' ').length, `${number} ${subject}`).toBeLessThanOrEqual(9)
    expect(subject.length, number).toBeGreaterThan(5)
    expect(where.length, number).toBeGreaterThan(5)
    expect(more, number).toEqual([])
  }
})

test('the summary has the counts of the tables, and explains every no', () => {
  const [, yes, none, no] = /\*\*(\d+) yes, (\d+) n\/a, (\d+) no\*\*/.exec(chapter) ?? []
  const count = (wanted: string) => String(lines.filter(({ verdict }) => verdict === wanted).length)
  expect([yes, none, no]).toEqual([count('yes'), count('n/a'), count('no')])
  const summary = chapter.slice(0, chapter.indexOf('\n### '))
  const explained = summary
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .flatMap((line) => [...line.matchAll(/\b\d+\.\d+\.\d+\b/g)].map(([number]) => number))
  const unmet = lines.filter(({ verdict }) => verdict === 'no').map(({ number }) => number)
  expect([...explained].sort()).toEqual(unmet.sort())
})

test('every test named in a line exists', () => {
  expect(expectNamedTests(chapter)).toBeGreaterThan(100)
})

test('every file named in a line exists', () => {
  const files = [...chapter.matchAll(/`((?:server|src|scripts|docs|e2e|conformance)\/[^` ]+)`/g)]
  for (const [, file = ''] of files) expect(existsSync(join(ROOT, file)), file).toBe(true)
  for (const [, file = ''] of chapter.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
    expect(existsSync(join(ROOT, 'docs', file)), file).toBe(true)
  }
})
