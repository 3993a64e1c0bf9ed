import { pick, shuffle } from './random.ts'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const SYMBOLS = '~`!@#$%^&*()-_=+[{]}|,<.>/?\\'
const GENERATED_LENGTH = 12
const NAME_PART_LENGTH = 3

/**
 * Returns the text of the first of Concord's rules that a store password breaks, or undefined (concord-api §9.8,
 * PasswordChecker). The caller trims the password if necessary.
 */
export function checkStorePassword(password: string, username = ''): string | undefined {
  // Java checks each UTF-16 unit alone, so letters and digits outside the BMP do not count.
  const classified = password.replace(/[\u{10000}-\u{10ffff}]/gu, '')
  if (password.length < 7) return 'Password must be at least seven (7) characters'
  if (!/\p{Uppercase}/u.test(classified)) return 'Password must contain an UPPER character'
  if (!/\p{Lowercase}/u.test(classified)) return 'Password must contain a lowercase character'
  if (!/\p{Nd}/u.test(classified)) return 'Password must contain a numeric character'
  for (let i = 0; i + NAME_PART_LENGTH <= username.length; i++) {
    if (password.includes(username.slice(i, i + NAME_PART_LENGTH))) {
      return 'Passwords may NOT contain three (3) consecutive characters from your user account name'
    }
  }
  return undefined
}

/**
 * Generates a store password like Concord's PasswordGenerator: 12 characters, the first three an upper-case letter, a
 * lower-case letter and a digit in any order. As in Concord, the rules are not applied: it may by chance contain three
 * characters of the user's name, which does not weaken a random password.
 */
export function generateStorePassword(): string {
  const start = shuffle([pick(UPPER), pick(LOWER), pick(DIGITS)])
  const rest = Array.from({ length: GENERATED_LENGTH - start.length }, () => pick(UPPER + LOWER + DIGITS + SYMBOLS))
  return [...start, ...rest].join('')
}
