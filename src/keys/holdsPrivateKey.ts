import { fromBase64 } from './base64.ts'
import { clean } from './clean.ts'
import type { KeyContent } from './content.ts'
import { DerReader } from './der.ts'
import { readPublicLine } from './publicLine.ts'

/**
 * Whether it may be a private key, in any format and however damaged: nobody but its owner may see it. A
 * comment that says "PRIVATE KEY" makes no private key of a public one.
 */
export function holdsPrivateKey(content: KeyContent): boolean {
  if (isBinaryKey(content)) return true
  const { text } = clean(content)
  if (isPublicLine(text)) return false
  const packed = text.replace(/[\s\\>"'-]+/g, '')
  const bytes = fromBase64(packed)
  return (
    // Not in a comment: "the private key of bob" is at the end of some public keys.
    /(?:BEGIN|END)[\w ]*PRIVATE[ _-]*KEY|PRIVATE KEY *[-\u2010-\u2015]/i.test(text) ||
    /^Private-Lines:/im.test(text) ||
    // "openssh-key-v1" in base64, and the other formats without their BEGIN line.
    packed.includes('b3BlbnNzaC1rZXktdjE') ||
    (bytes !== undefined && isBinaryKey(bytes)) ||
    /"d" *: *"[\w-]{20,}"/.test(text)
  )
}

function isPublicLine(text: string): boolean {
  try {
    return !!readPublicLine(text)
  } catch {
    return false
  }
}

/** DER: a sequence that begins with the number of a version, and has only one element. */
export function isBinaryKey(content: KeyContent): boolean {
  if (typeof content === 'string' || content[0] !== 0x30) return false
  try {
    const inner = new DerReader(content).sequence()
    return inner.integer() <= 3n
  } catch {
    return false
  }
}
