import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A key of keys.json: what it is, and what ssh-keygen says about it. */
export type RecordedKey = {
  name: string
  half: 'private' | 'public'
  text: string
  passphrase?: true
  /** Whether ssh-keygen reads it. */
  accepted: boolean
  /** The public half of a private key. */
  line?: string
  bits?: number
  sha256?: string
  md5?: string
}

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'))

export const keys: RecordedKey[] = read('keys.json').keys

/** `private: CRLF` → the names of the keys that ssh-keygen reads in spite of that damage. */
export const acceptedWith: Record<string, string[]> = read('verdicts.json')

export function keyNamed(name: string): RecordedKey {
  const key = keys.find((each) => each.name === name)
  if (!key) throw new Error(`no recorded key is called ${name}`)
  return key
}
