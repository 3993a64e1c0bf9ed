import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectNamedTests, ROOT } from './namedTests.ts'

/*
 * Checks docs/accessibility.md against WCAG 2.2 and the repository: it has every criterion of levels A and AA once, and
 * every test that it names exists. Whether a claim is true is for people to review.
 */

/** The criteria of each level, without 4.1.1, which WCAG 2.2 removed. */
const CRITERIA = {
  A:
    '1.1.1 1.2.1 1.2.2 1.2.3 1.3.1 1.3.2 1.3.3 1.4.1 1.4.2 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 2.4.4 ' +
    '2.5.1 2.5.2 2.5.3 2.5.4 3.1.1 3.2.1 3.2.2 3.2.6 3.3.1 3.3.2 3.3.7 4.1.2',
  AA:
    '1.2.4 1.2.5 1.3.4 1.3.5 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.4.5 2.4.6 2.4.7 2.4.11 2.5.7 2.5.8 3.1.2 ' +
    '3.2.3 3.2.4 3.3.3 3.3.4 3.3.8 4.1.3',
}
const VERDICTS = ['Supports', 'Partially Supports', 'Does Not Support', 'Not Applicable']

const report = readFileSync(join(ROOT, 'docs/accessibility.md'), 'utf8')

/** The lines of one level's table: criterion, verdict and remarks. */
const linesOf = (level: 'A' | 'AA') => {
  const from = report.indexOf(`\n## Level ${level}\n`)
  const to = report.indexOf('\n## ', from + 1)
  return report
    .slice(from, to < 0 ? undefined : to)
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => {
      const [criterion = '', verdict = '', remarks = '', ...more] = line.slice(2, -2).split(' | ')
      return { number: criterion.split(' ', 1)[0], criterion, verdict, remarks, more }
    })
}
const lines = [...linesOf('A'), ...linesOf('AA')]

test('every criterion of levels A and AA has one line', () => {
  for (const level of ['A', 'AA'] as const)
    expect(linesOf(level).map(({ number }) => number)).toEqual(CRITERIA[level].split(' '))
  expect(lines).toHaveLength(55)
})

test('every line has a verdict of the form, and a test or a reason', () => {
  for (const { criterion, verdict, remarks, more } of lines) {
    expect(VERDICTS, criterion).toContain(verdict)
    expect(remarks.length, criterion).toBeGreaterThan(10)
    expect(more, criterion).toEqual([])
    if (verdict !== 'Not Applicable') expect(remarks, criterion).toMatch(/` › \*|Checked by hand/)
    // A shortcoming says what is missing.
    if (verdict.includes('Not') || verdict.startsWith('Partially')) expect(remarks, criterion).not.toMatch(/^`/)
  }
})

test('the summary has the counts of the tables', () => {
  const count = (wanted: string) => lines.filter(({ verdict }) => verdict === wanted).length
  const [, ...counts] =
    /\*\*(\d+) Supports, (\d+) Partially Supports, (\d+) Does Not Support, (\d+) Not Applicable\*\*/.exec(report) ?? []
  expect(counts.map(Number)).toEqual(VERDICTS.map(count))
})

test('every test named in a line exists', () => {
  expect(expectNamedTests(report)).toBeGreaterThan(30)
})
