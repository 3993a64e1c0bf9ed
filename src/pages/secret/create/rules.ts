import { nameProblem } from '#concord/secretName.ts'
import type { InspectedPair } from '#keys/inspectPair.ts'
import { type Content, type Draft, isEmpty, sizeOf } from './draft.ts'
import { keyError } from './keyError.ts'

/** Concord stores up to this much as data, and its server takes no larger request (concord-api §9.5). */
export const MAX_BYTES = 1024 * 1024

export const isTooLarge = (content: Content) => sizeOf(content) > MAX_BYTES

/** `17 bytes`, `3.2 KiB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  // Rounded down near the limit, 1 MiB and a byte would look allowed.
  if (bytes > MAX_BYTES && bytes < 1.01 * MAX_BYTES) return `${bytes.toLocaleString('en')} bytes`
  return bytes < MAX_BYTES ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / MAX_BYTES).toFixed(2)} MiB`
}

/** Java's trim, which Concord's text fields go through: everything up to the blank, not more. */
export const trimmed = (text: string) => text.replace(/^[\0- ]+|[\0- ]+$/g, '')

export type PasswordRule = { words: string; holds: boolean }

/** Concord's rules for store passwords (concord-api §9.8), on what is left after the server's trim. */
export function passwordRules(password: string, username: string): PasswordRule[] {
  const text = trimmed(password)
  // Java looks at each UTF-16 unit alone: letters beyond the first plane count for nothing.
  const classified = text.replace(/[\u{10000}-\u{10ffff}]/gu, '')
  return [
    { words: 'At least 7 characters', holds: text.length >= 7 },
    { words: 'An uppercase letter', holds: /\p{Uppercase}/u.test(classified) },
    { words: 'A lowercase letter', holds: /\p{Lowercase}/u.test(classified) },
    { words: 'A digit', holds: /\p{Nd}/u.test(classified) },
    {
      words: `No three consecutive characters of your username, ${username}`,
      holds: text !== '' && !sharesThree(text, username),
    },
  ]
}

function sharesThree(password: string, username: string) {
  for (let from = 0; from + 3 <= username.length; from++)
    if (password.includes(username.slice(from, from + 3))) return true
  return false
}

export type FieldName =
  | 'name'
  | 'username'
  | 'password'
  | 'publicKey'
  | 'privateKey'
  | 'value'
  | 'file'
  | 'storePassword'

export type Problem = {
  field: FieldName
  words: string
  /** Shown at once, not only when the user wants to create the secret. */
  urgent?: boolean
}

/** What keeps the draft from being sent. Everything else the server checks. */
export function problemsOf(draft: Draft, username: string, inspected: InspectedPair = {}): Problem[] {
  const problems: Problem[] = []
  const check = (field: FieldName, words: string | undefined | false, urgent = false) => {
    if (words) problems.push({ field, words, urgent })
  }
  const content = (field: 'publicKey' | 'privateKey' | 'value' | 'file', missing: string) => {
    check(field, isEmpty(draft[field]) && missing)
    check(field, isTooLarge(draft[field]) && tooLarge(draft[field]), true)
  }
  check('name', nameProblem(draft.name)?.words)
  switch (draft.kind) {
    case 'key-pair':
      check('publicKey', keyError(inspected, 'publicKey'), true)
      content('publicKey', 'Paste the public key, or choose its file.')
      content('privateKey', 'Paste the private key, or choose its file.')
      break
    case 'username-password':
      // Only blanks count as missing: the server trims them.
      check('username', !trimmed(draft.username) && 'Type the username.')
      check('password', !trimmed(draft.password) && 'Type the password.')
      break
    case 'value':
      content('value', 'Type or paste the value.')
      break
    case 'file':
      content('file', 'Choose a file.')
  }
  if (draft.protection === 'own-password') {
    const broken = passwordRules(draft.storePassword, username).some(({ holds }) => !holds)
    check('storePassword', broken && 'The password does not follow every rule below yet.')
  }
  return problems
}

const tooLarge = (content: Content) =>
  `It has ${sizeWords(sizeOf(content))}; Concord stores at most 1 MiB. Nothing was sent.`

/** The field that a rejection is about (concord-api §9.5); undefined if it is about the whole. */
export function fieldOf(words: string): FieldName | undefined {
  if (/^(secret already exists|invalid secret name|name not specified)/i.test(words)) return 'name'
  return /^invalid password/i.test(words) ? 'storePassword' : undefined
}
