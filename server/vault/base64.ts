/** Text is not base64; the message is that of java.util.Base64, which Concord returns to its clients. */
export class Base64Error extends Error {
  override name = 'Base64Error'
}

/**
 * Decodes as strictly as java.util.Base64.getDecoder(): standard alphabet, padding either complete or absent, no
 * whitespace. (Buffer.from skips unknown characters, so that many wrong API keys would equal a right one.)
 * @throws Base64Error
 */
export function decodeBase64(text: string): Buffer {
  if (text.length === 1) throw new Base64Error('Input byte[] should at least have 2 bytes for base64 bytes')
  const digits = /^[A-Za-z0-9+/]*/.exec(text)?.[0] ?? ''
  const rest = text.slice(digits.length)
  const lastUnit = digits.length % 4

  if (rest !== '' && !rest.startsWith('=')) throw new Base64Error(`Illegal base64 character ${javaHex(rest)}`)
  const needed = lastUnit === 2 ? '==' : '='
  if (rest !== '' && lastUnit !== 1 && (lastUnit === 0 || !rest.startsWith(needed))) {
    throw new Base64Error('Input byte array has wrong 4-byte ending unit')
  }
  if (lastUnit === 1) throw new Base64Error('Last unit does not have enough valid bits')
  if (rest.length > needed.length) {
    throw new Base64Error(`Input byte array has incorrect ending byte at ${digits.length + needed.length}`)
  }
  return Buffer.from(digits, 'base64')
}

/** The first character as Java prints it: a signed ISO-8859-1 byte in base 16, or '?' if that set does not have it. */
function javaHex(text: string): string {
  const code = text.charCodeAt(0)
  const byte = code > 0xff ? 0x3f : code
  return (byte > 0x7f ? byte - 0x100 : byte).toString(16)
}
