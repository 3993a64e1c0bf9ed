import { expect, test } from 'vitest'
import { searched, trimmed } from './typed.ts'

test.each([
  ['blanks', ' \tkey \n'],
  ['a zero-width space', '\u200bkey\u200b'],
  ['a byte order mark and a blank that does not break', '\ufeff\u00a0key'],
  ['a mark of the reading direction', '\u202akey\u202c'],
])('takes %s off the ends', (_, text) => expect(trimmed(text)).toBe('key'))

test('keeps everything between the ends', () => expect(trimmed(' a \u200b b ')).toBe('a \u200b b'))

test.each([
  ['between the ends', 'de\u200bploy\u00ad-key'],
  ['at the ends', '\ufeff deploy-key\u200b\n'],
])('a search ignores invisible characters %s', (_, text) => expect(searched(text)).toBe('deploy-key'))

test('a search for nothing visible searches for nothing', () => expect(searched(' \u200b')).toBe(''))
