import type { ChosenFile } from './draft.ts'
import { MAX_BYTES } from './rules.ts'

/** Reads the file's bytes as they are now, unless its size is over the limit: then it is rejected unread. */
export async function readFile(file: File): Promise<ChosenFile> {
  const blob = file.size > MAX_BYTES ? file : new Blob([await file.arrayBuffer()])
  return { name: file.name, blob, text: file.size > MAX_BYTES ? '' : await blob.text() }
}

export type LineEnds = 'LF' | 'CRLF' | 'mixed'

/** What a pasted text has. A textarea turns all of them into LF. */
export function lineEndsOf(pasted: string): LineEnds {
  const others = pasted.replaceAll('\r\n', '')
  if (!pasted.includes('\r')) return 'LF'
  return /[\r\n]/.test(others) ? 'mixed' : 'CRLF'
}
