import { expect, test } from 'vitest'
import { trimmed } from './typed.ts'

test.each([
  ['blanks', ' \tkey \n'],
  ['a zero-width space', '\u200bkey\u200b'],
  ['a byte order mark and a blank that does not break', '\ufeff\u00a0key'],
  ['a mark of the reading direction', '\u202akey\u202c'],
])('takes %s off the ends', (_, text) => expect(trimmed(text)).toBe('key'))

test('keeps everything between the ends', () => expect(trimmed(' a \u200b b ')).toBe('a \u200b b'))
