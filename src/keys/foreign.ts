import { fromBase64 } from './base64.ts'
import { clean } from './clean.ts'
import type { KeyContent } from './content.ts'
import { Damaged } from './Damaged.ts'
import { isBinaryKey } from './holdsPrivateKey.ts'
import { type Inspection, warning } from './Inspection.ts'
import { factsOf } from './KeyFacts.ts'
import { readPublicBlob } from './publicBlob.ts'

/** Private keys that OpenSSH does not read, with the command that converts them. */
export function inspectForeign(content: KeyContent): Inspection | undefined {
  const { text } = clean(content)
  if (/^PuTTY-User-Key-File-\d/m.test(text)) return inspectPutty(text)
  if (isBinaryKey(content))
    return converted('It is binary (DER); Git reads only text.', 'openssl pkey -inform DER -in key.der -out key')
  if (/^---- BEGIN SSH2 (?:ENCRYPTED )?PRIVATE KEY/m.test(text))
    return converted('It is an SSH2 key; Git cannot read it.', 'ssh-keygen -i -f key.ssh2 > key')
  return undefined
}

const converted = (words: string, command: string): Inspection => ({
  verdict: 'bad',
  remarks: [warning(words, { command })],
})

function inspectPutty(text: string): Inspection {
  const inspection = converted('It is a PuTTY key; Git cannot read it.', 'puttygen key.ppk -O private-openssh -o key')
  const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(text)?.[1]
  const lines = /^Public-Lines: *\d+\n((?:[\w+/=]+\n)+)/m.exec(text)?.[1]
  const blob = lines && fromBase64(lines)
  if (!blob) return inspection
  try {
    const { key } = readPublicBlob(blob)
    const hasPassphrase = (field('Encryption') ?? 'none') !== 'none'
    return { ...inspection, key, facts: factsOf(key, { comment: field('Comment') || undefined, hasPassphrase }) }
  } catch (error) {
    if (error instanceof Damaged) return inspection
    throw error
  }
}
