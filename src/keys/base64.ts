/** Returns the bytes; undefined for anything but whole, padded base64. Blanks and line breaks may be anywhere. */
export function fromBase64(text: string): Uint8Array | undefined {
  const packed = text.replace(/[\t\n\v\f\r ]/g, '')
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return undefined
  return Uint8Array.from(atob(packed), (char) => char.charCodeAt(0))
}

/** The same, but the bits that the padding leaves over must be zero, as OpenSSH wants it. */
export function fromExactBase64(text: string): Uint8Array | undefined {
  const bytes = fromBase64(text)
  return bytes && toBase64(bytes) === text.replace(/[\t\n\v\f\r ]/g, '') ? bytes : undefined
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
