import { isName } from '#api/secrets.ts'

export type NameProblem = {
  words: string
  /** Typing on cannot mend it. */
  isFinal: boolean
}

/** What keeps a text from being a name of Concord (concord-api §1). */
export function nameProblem(name: string): NameProblem | undefined {
  if (isName(name)) return undefined
  const never = (words: string) => ({ words, isFinal: true })
  if (name === '') return { words: 'Type a name.', isFinal: false }
  if (/\s/.test(name)) return never('A name has no blanks.')
  const stranger = /[^0-9a-zA-Z_@.\-~]/u.exec(name)?.[0]
  if (stranger) return never(`A name has no ${described(stranger)}.`)
  if (/^[^0-9a-zA-Z]/.test(name)) return never('A name begins with a letter or a digit.')
  if (name.length > 128) return never('A name has at most 128 characters.')
  return { words: 'A name has at least 3 characters.', isFinal: false }
}

/** The name that somebody who typed this may have meant; undefined if that is hard to guess. */
export function nameLike(text: string): string | undefined {
  const name = text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .trim()
    .replace(/[^0-9a-zA-Z_@.\-~]+/g, '-')
    .replace(/^[^0-9a-zA-Z]+|-+$/g, '')
  return name !== text && isName(name) ? name : undefined
}

const described = (character: string) =>
  /[\p{C}\p{M}]/u.test(character)
    ? `invisible character (U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')})`
    : `“${character}”`
