/*
 * The password rules of the built-in directory. docs/security.md explains them.
 */

const MIN_LENGTH = 12
const MAX_LENGTH = 128

export const PASSWORD_RULE =
  `${MIN_LENGTH} to ${MAX_LENGTH} characters, without the username. ` +
  'No common password, not even repeated or with digits around it.'

/** Returns a sentence saying why a password is not allowed, or undefined if it is. */
export async function passwordProblem(username: string, password: string): Promise<string | undefined> {
  // Repeated spaces count as one: they make nothing harder to guess.
  if (lengthOf(password.replace(/\s+/g, ' ')) < MIN_LENGTH)
    return `It is too short: it must have at least ${MIN_LENGTH} characters.`
  if (lengthOf(password) > MAX_LENGTH) return `It is too long: it can have at most ${MAX_LENGTH} characters.`
  if (password.toLowerCase().includes(username.toLowerCase())) return 'It contains the username.'
  if (await isCommon(password)) {
    return 'It is too common: one of the passwords that are tried first, maybe repeated or with digits or signs around it.'
  }
  return undefined
}

/** In code points. */
const lengthOf = (text: string) => [...text].length

/**
 * Whether a password is in the list, or just a variation of an entry. Most entries are shorter than the minimum length,
 * and people extend them in a few predictable ways: `password1234`, `monkeymonkey`, `!!Dragon2026!!`.
 */
async function isCommon(password: string): Promise<boolean> {
  const common = await commonPasswords()
  const written = password.toLowerCase().replace(/\s/g, '')
  const word = withoutPadding(written)
  // Around `x`, digits are not padding but the password itself.
  const forms = word.length < MIN_WORD ? [written] : [written, word]
  return forms.some((form) => {
    const unit = unitOf(form)
    return common.has(form) || common.has(withoutPadding(unit)) || (unit.length < MIN_WORD && unit !== form)
  })
}

const MIN_WORD = 4

/** Removes digits and signs at both ends; unchanged if there is nothing else. */
const withoutPadding = (text: string) => text.replace(/^[\P{L}]+|[\P{L}]+$/gu, '') || text

/** The repeated text, even if the last repetition is incomplete: `abc` for `abcabcab`; otherwise the text itself. */
function unitOf(text: string): string {
  for (let length = 1; length <= text.length / 2; length++) {
    const unit = text.slice(0, length)
    if (unit.repeat(Math.ceil(text.length / length)).startsWith(text)) return unit
  }
  return text
}

let loaded: Promise<ReadonlySet<string>> | undefined

/** 49,233 leaked passwords, most common first; loaded when the first password is set, not at startup. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  loaded ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'].map((each) => String(each).toLowerCase())),
  )
  return loaded
}
