import { expect, test } from 'vitest'
import { longestStandstill } from '../../../tests/support/standstill.ts'
import { translate } from './javaPattern.ts'
import { INPUTS, INVALID, MATCHES, REFUSED } from './javaPatternTable.ts'
import { fitsPattern, Work } from './patterns.ts'

const digits = (pattern: string) =>
  INPUTS.map((input) => (fitsPattern(input, pattern, new Work()) ? '1' : '0')).join('')

test('patterns match the same texts as in Java, ignoring ASCII case', () => {
  const ours = MATCHES.map(([pattern]) => [pattern, digits(pattern)])
  expect(ours).toEqual(MATCHES)
})

test.each(REFUSED)('rejects what RE2 does not support: %s', (pattern, reason) => {
  expect(() => translate(pattern)).toThrow(reason)
})

test('rejects what Java rejects', () => {
  const accepted = INVALID.filter((pattern) => {
    try {
      translate(pattern)
      return true
    } catch (error) {
      expect((error as Error).name, pattern).toBe('Error')
      return false
    }
  })
  expect(accepted).toEqual([])
})

test('limits the length, depth and size of a pattern', () => {
  expect(() => translate('a'.repeat(4097))).toThrow('is longer than 4096 characters')
  expect(() => translate(`${'('.repeat(2000)}a${')'.repeat(2000)}`)).toThrow('is nested deeper than 200 groups')
  expect(() => translate(`${'['.repeat(2000)}a${']'.repeat(2000)}`)).toThrow('is nested deeper than 200 groups')
  expect(() => translate('((a{1000}){1000})')).toThrow('repeats something more than 1000 times')
  expect(() => translate('((((a|b){9}){9}){9}|[abc]{900}|[xyz]{900}){1}'.repeat(3))).toThrow('is too large')
})

test.each(['(a+)+b', '(x+x+)+y', '(a|aa)*b', '(?:a?){30}a{30}b', '(.*)(.*)(.*)(.*)(.*)[b-d]', '((a*)*)*b'])(
  'takes linear time: %s',
  async (pattern) => {
    fitsPattern('warm', pattern, new Work())
    expect(await longestStandstill(async () => fitsPattern('a'.repeat(2_000), pattern, new Work()))).toBeLessThan(100)
  },
)

test('limits the cost of a check', async () => {
  const work = new Work()
  const texts = Array.from({ length: 200_000 }, (_, i) => `tag-${i}`)
  let looked = 0
  const all = () => {
    for (const text of texts) {
      fitsPattern(text, 'prod-.*', work)
      looked++
    }
  }
  expect(await longestStandstill(async () => expect(all).toThrow('is too large'))).toBeLessThan(250)
  expect(looked).toBeGreaterThan(5_000)
  expect(() => fitsPattern('a'.repeat(500_000), 'prod-.*', new Work())).toThrow('is too large')
})
