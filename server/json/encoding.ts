import { javaError } from '../errors.ts'

/**
 * Decodes a body. Detects the encoding like Jackson's ByteSourceJsonBootstrapper: by a byte order mark, or by the zeros
 * among its first four bytes. Ignores the charset of `Content-Type`.
 */
export function decodeJson(bytes: Uint8Array): string {
  const { encoding, start } = encodingOf(bytes)
  const content = bytes.subarray(start)
  if (encoding === 'utf-32be' || encoding === 'utf-32le') return decodeUtf32(content, encoding === 'utf-32le')
  try {
    return new TextDecoder(encoding, { fatal: encoding === 'utf-8', ignoreBOM: true }).decode(content)
  } catch {
    throw javaError('com.fasterxml.jackson.core.JsonParseException', 'The request body is not valid UTF-8')
  }
}

interface Encoding {
  encoding: 'utf-8' | 'utf-16be' | 'utf-16le' | 'utf-32be' | 'utf-32le'
  /** The length of a byte order mark. */
  start: number
}

function encodingOf(bytes: Uint8Array): Encoding {
  const [a = 1, b = 1, c = 1, d = 1] = bytes
  if (bytes.length >= 4) {
    if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return { encoding: 'utf-32be', start: 4 }
    if (a === 0xff && b === 0xfe && c === 0 && d === 0) return { encoding: 'utf-32le', start: 4 }
    if (a === 0 && b === 0 && c === 0xff && d === 0xfe) throw weirdOrder('2143')
    if (a === 0xfe && b === 0xff && c === 0 && d === 0) throw weirdOrder('3412')
    if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', start: 2 }
    if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', start: 2 }
    if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', start: 3 }
    if (a === 0 && b === 0 && c === 0) return { encoding: 'utf-32be', start: 0 }
    if (b === 0 && c === 0 && d === 0) return { encoding: 'utf-32le', start: 0 }
    if (a === 0 && c === 0 && d === 0) throw weirdOrder('3412')
    if (a === 0 && b === 0 && d === 0) throw weirdOrder('2143')
  }
  if (bytes.length >= 2 && a === 0) return { encoding: 'utf-16be', start: 0 }
  if (bytes.length >= 2 && b === 0) return { encoding: 'utf-16le', start: 0 }
  return { encoding: 'utf-8', start: 0 }
}

const conversionError = (message: string) => javaError('java.io.CharConversionException', message)

const weirdOrder = (order: string) => conversionError(`Unsupported UCS-4 endianness (${order}) detected`)

function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  if (bytes.length % 4 !== 0) throw conversionError('Unexpected EOF in the middle of a 4-byte UTF-32 char')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    const code = view.getUint32(at, littleEndian)
    if (code > 0x10ffff) throw conversionError(`Invalid UTF-32 character 0x${code.toString(16)}`)
    text += String.fromCodePoint(code)
  }
  return text
}
