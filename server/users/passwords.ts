/*
 * Which passwords users of the built-in directory may choose. docs/security.md says why these rules and no others.
 */

const LEAST_LENGTH = 12
const MOST_LENGTH = 128

export const PASSWORD_RULE =
  `${LEAST_LENGTH} to ${MOST_LENGTH} characters, without the user name. ` +
  'No common password, not even repeated or with digits around it.'

/** Why somebody cannot have a password, a sentence; undefined when they can. */
export async function passwordProblem(username: string, password: string): Promise<string | undefined> {
  // Several blanks are one here: they make nothing harder to guess.
  if (lengthOf(password.replace(/\s+/g, ' ')) < LEAST_LENGTH)
    return `It is too short: it must have at least ${LEAST_LENGTH} characters.`
  if (lengthOf(password) > MOST_LENGTH) return `It is too long: it can have at most ${MOST_LENGTH} characters.`
  if (password.toLowerCase().includes(username.toLowerCase())) return 'It contains the user name.'
  if (await isCommon(password)) {
    return 'It is too common: one of the passwords that are tried first, maybe repeated or with digits or signs around it.'
  }
  return undefined
}

/** In characters, of whatever plane. */
const lengthOf = (text: string) => [...text].length

/**
 * Whether a password is in the list, or one of the list is all there is to it. Most entries are shorter than what is
 * allowed at all, and people make them longer in the same few ways: `password1234`, `monkeymonkey`, `!!Dragon2026!!`.
 */
async function isCommon(password: string): Promise<boolean> {
  const common = await commonPasswords()
  const written = password.toLowerCase().replace(/\s/g, '')
  const word = withoutPadding(written)
  // Around `x`, digits are no padding but the password itself.
  const forms = word.length < LEAST_WORD ? [written] : [written, word]
  return forms.some((form) => {
    const unit = unitOf(form)
    return common.has(form) || common.has(withoutPadding(unit)) || (unit.length < LEAST_WORD && unit !== form)
  })
}

const LEAST_WORD = 4

/** Without digits and signs at both ends; unchanged when there is nothing else. */
const withoutPadding = (text: string) => text.replace(/^[\P{L}]+|[\P{L}]+$/gu, '') || text

/** The text that is repeated, also when the last time is cut short: `abc` of `abcabcab`; else the text itself. */
function unitOf(text: string): string {
  for (let length = 1; length <= text.length / 2; length++) {
    const unit = text.slice(0, length)
    if (unit.repeat(Math.ceil(text.length / length)).startsWith(text)) return unit
  }
  return text
}

let loaded: Promise<ReadonlySet<string>> | undefined

/** 49,233 passwords from leaks, the most common ones first; read when the first password is set, not at the start. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  loaded ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'].map((each) => String(each).toLowerCase())),
  )
  return loaded
}
