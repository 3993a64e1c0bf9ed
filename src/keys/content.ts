/** What a field holds: text that was typed or pasted, or the bytes of a file. */
export type KeyContent = string | Uint8Array

/** As OpenSSH sees it: UTF-8, with a byte order mark if there is one. */
export function rawText(content: KeyContent): string {
  return typeof content === 'string' ? content : new TextDecoder('utf-8', { ignoreBOM: true }).decode(content)
}

/** Returns the encoding of a file that is not UTF-8: some editors and shells of Windows write UTF-16. */
export function otherEncoding(content: KeyContent): 'utf-16le' | 'utf-16be' | undefined {
  if (typeof content === 'string') return undefined
  const [first, second] = content
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (content.length < 4 || content.length % 2 !== 0) return undefined
  // Without a mark, every other byte of a key is zero.
  const isZero = (parity: number) => content.every((byte, index) => index % 2 !== parity || byte === 0)
  return isZero(1) ? 'utf-16le' : isZero(0) ? 'utf-16be' : undefined
}

/** As its author meant it. */
export function meantText(content: KeyContent): string {
  const encoding = otherEncoding(content)
  return encoding ? new TextDecoder(encoding).decode(content as Uint8Array) : rawText(content)
}
