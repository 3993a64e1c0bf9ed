/*
 * Decodes a part's `Content-Transfer-Encoding` as mime4j 0.6 does for RESTEasy before Concord sees the part: it
 * tolerates malformed input (concord-api §9.5). RFC 2045's other encodings (`7bit`, `8bit`, `binary`) change nothing.
 */
export function decodeTransfer(bytes: Buffer, encoding: string | undefined): Buffer {
  const name = encoding?.trim().toLowerCase()
  if (name === 'base64') return decodeBase64(bytes)
  if (name === 'quoted-printable') return decodeQuotedPrintable(bytes)
  return bytes
}

/**
 * Base64InputStream: skips characters outside the alphabet, stops at the first `=`, drops an incomplete group without
 * one.
 */
function decodeBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  const pad = text.indexOf('=')
  const sextets = (pad < 0 ? text : text.slice(0, pad)).replace(/[^A-Za-z0-9+/]/g, '')
  const rest = sextets.length % 4
  const counts = pad >= 0 && rest > 1
  return Buffer.from(counts ? sextets : sextets.slice(0, sextets.length - rest), 'base64')
}

const [TAB, LF, CR, BLANK, EQUALS] = [0x09, 0x0a, 0x0d, 0x20, 0x3d]

/** QuotedPrintableInputStream: drops whitespace before the end of a line, and leaves invalid escapes unchanged. */
function decodeQuotedPrintable(bytes: Buffer): Buffer {
  const source = withoutTrailingBlanks(bytes)
  const result = Buffer.alloc(source.length)
  let length = 0
  for (let at = 0; at < source.length; at++) {
    const byte = source[at] ?? 0
    if (byte !== EQUALS) {
      result[length++] = byte
      continue
    }
    const [first, second] = [source[at + 1], source[at + 2]]
    if (first === CR && second === LF) at += 2
    else if (isHex(first) && isHex(second)) {
      result[length++] = Number.parseInt(String.fromCharCode(first ?? 0, second ?? 0), 16)
      at += 2
    } else if (endsWithin(source, at)) break
    else result[length++] = EQUALS
  }
  return result.subarray(0, length)
}

/** An escape cut off by the end of the body is dropped. */
function endsWithin(source: Buffer, at: number): boolean {
  const left = source.length - at
  return left === 1 || (left === 2 && (isHex(source[at + 1]) || source[at + 1] === CR))
}

function withoutTrailingBlanks(bytes: Buffer): Buffer {
  const result = Buffer.alloc(bytes.length)
  let length = 0
  let kept = 0
  for (const byte of bytes) {
    // The last character is not whitespace, or is followed by one that is not.
    if (byte === CR || byte === LF) length = kept
    result[length++] = byte
    if (byte !== BLANK && byte !== TAB) kept = length
  }
  return result.subarray(0, kept)
}

const isHex = (byte: number | undefined) => byte !== undefined && /[0-9A-Fa-f]/.test(String.fromCharCode(byte))
