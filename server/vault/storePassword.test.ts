import { describe, expect, test } from 'vitest'
import { checkStorePassword, generateStorePassword } from './storePassword.ts'

const SHORT = 'Password must be at least seven (7) characters'
const UPPER = 'Password must contain an UPPER character'
const LOWER = 'Password must contain a lowercase character'
const DIGIT = 'Password must contain a numeric character'
const NAME = 'Passwords may NOT contain three (3) consecutive characters from your user account name'

describe('checkStorePassword', () => {
  // Most of these are recorded from a real Concord: `console/validate-password/*`.
  test.each([
    'Aa1Bb2Cc3',
    'Aa1Bb2C',
    'Aa1Bb2MEM',
    'Aa1Bb2me',
    'äÄ1bcdefg',
    '   Aa1   ',
    ' Aa1Bb2 ',
    'ÄÖÜäöü1',
    'AaBbCc٣',
    '"Aa1Bb2Cc3"',
    'Ⅷ1abcde',
    'ªA12345',
  ])('accepts %j', (password) => {
    expect(checkStorePassword(password, 'member')).toBeUndefined()
  })

  test.each([
    ['', SHORT],
    ['Aa1Bb2', SHORT],
    ['aa1bb2cc3', UPPER],
    ['AA1BB2CC3', LOWER],
    ['AaaBbbCcc', DIGIT],
    ['Aa1Bb2mem', NAME],
    ['ber-Aa1Bb', NAME],
    // The first broken rule counts.
    ['', SHORT],
    ['.......', UPPER],
    ['AAAAAAA', LOWER],
    ['AAAmember', DIGIT],
    // Java sees two surrogates in each of these, which are neither letters nor digits.
    ['a1bcdef\u{1d400}', UPPER],
    ['A1BCDEF\u{1d41a}', LOWER],
    ['AaBbCc\u{1d7ce}', DIGIT],
    // A digit is a decimal digit.
    ['AaBbCc½', DIGIT],
  ])('rejects %j: %s', (password, text) => {
    expect(checkStorePassword(password, 'member')).toBe(text)
  })

  test('two characters outside the BMP count as four of the seven', () => {
    expect(checkStorePassword('Aa1\u{1f600}\u{1f600}')).toBeUndefined()
  })

  test.each(['', 'ab', undefined])('the user name %j has no substring of three characters', (username) => {
    expect(checkStorePassword('Aa1abab', username)).toBeUndefined()
  })
})

describe('generateStorePassword', () => {
  const passwords = Array.from({ length: 500 }, generateStorePassword)

  test('has 12 characters of the documented set, starting with one of each kind', () => {
    for (const password of passwords) {
      expect(password).toMatch(/^[0-9A-Za-z~`!@#$%^&*()\-_=+[{\]}|,<.>/?\\]{12}$/)
      const kinds = [...password.slice(0, 3)].map((c) => (/[A-Z]/.test(c) ? 'A' : /[a-z]/.test(c) ? 'a' : '1'))
      expect(kinds.sort()).toEqual(['1', 'A', 'a'])
      expect(checkStorePassword(password)).toBeUndefined()
    }
  })

  test('always differs, and uses the whole set and every order of the first three', () => {
    expect(new Set(passwords).size).toBe(500)
    const used = new Set(passwords.flatMap((password) => [...password.slice(3)]))
    expect(used.size).toBe(26 + 26 + 10 + 28)
    const orders = passwords.map((p) => p.slice(0, 3).replace(/[A-Z]/, 'U').replace(/[a-z]/, 'l').replace(/\d/, '1'))
    expect(new Set(orders).size).toBe(6)
  })
})
