import { fromExactBase64, toBase64 } from './base64.ts'
import { Damaged } from './Damaged.ts'
import type { PublicKey } from './PublicKey.ts'
import { type ReadBlob, readPublicBlob } from './publicBlob.ts'
import { WireReader } from './wire.ts'

/** How a line begins: its type, and base64 that begins with the length of the type's name. */
const TYPE =
  '(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256))[\\w.@-]*'
export const BEGINS_LINE = new RegExp(`^${TYPE}[ \\t]`)
/** The same anywhere in a line, after options or other text. */
export const HAS_LINE = new RegExp(`(?<![\\w@-])${TYPE}\\s+AAAA`)

export type ReadLine = ReadBlob & { comment: string | undefined }

/** Reads the one line of a public key file, without any text around it but blanks and comment lines. */
export function readPublicLine(text: string): ReadLine {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
  const [, type = '', base64 = '', comment] =
    /^[ \t]*(\S+)[ \t]+(\S+)(?:[ \t]+(.*?))?[ \t]*$/.exec(lines[0] ?? '') ?? []
  if (lines.length !== 1) throw new Damaged('It is not one line.')
  if (!BEGINS_LINE.test(`${type} `)) throw new Damaged('It does not begin with the type of a public key.')
  const blob = fromExactBase64(base64)
  if (!blob) throw new Damaged('Its base64 is damaged.')
  if (typeOf(blob) !== type) throw new Damaged('Its type is not that of the key after it.')
  return { ...readPublicBlob(blob), comment: comment || undefined }
}

/** The type that a key itself names. */
export const typeOf = (blob: Uint8Array) => new WireReader(blob).text()

export const lineOf = ({ type, blob }: Pick<PublicKey, 'type' | 'blob'>, comment?: string) =>
  [type, toBase64(blob), comment].filter(Boolean).join(' ')
