import type { ChosenFile } from './draft.ts'
import { MAX_BYTES } from './rules.ts'

/** Reads the file's bytes as they are now, unless its size is over the limit: then it is rejected unread. */
export async function readFile(file: File): Promise<ChosenFile> {
  if (file.size > MAX_BYTES) return { name: file.name, blob: file, bytes: new Uint8Array(), text: '' }
  const bytes = new Uint8Array(await file.arrayBuffer())
  return { name: file.name, blob: new Blob([bytes]), bytes, text: decoder.decode(bytes) }
}

/** A byte order mark at the beginning stays, so that it can be mentioned. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export type LineEnds = 'LF' | 'CRLF' | 'mixed'

/** What a pasted text has. A textarea turns all of them into LF. */
export function lineEndsOf(pasted: string): LineEnds {
  const others = pasted.replaceAll('\r\n', '')
  if (!pasted.includes('\r')) return 'LF'
  return /[\r\n]/.test(others) ? 'mixed' : 'CRLF'
}
