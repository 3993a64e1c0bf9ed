import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { acceptedEncodings } from './acceptEncoding.ts'
import { type Answer, jsonAnswer, jsonHeaders } from './headers.ts'

/** A shorter text fits into one packet anyway. */
const MIN_BYTES = 1024

/**
 * Compression runs in the thread pool, which also hashes passwords: more than this many responses at once are sent as
 * they are, so that nobody waits for a thread because others read long lists.
 */
const MAX_AT_ONCE = 2

/** In order of preference. Both at their quickest: 2,000 secrets take 1 and 3 ms, and are a fifteenth of the size. */
const ENCODERS = {
  br: (bytes: Uint8Array) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes, { level: 1 }),
}

const VARIES = { Vary: 'Accept-Encoding' }
const UNCOMPRESSED = jsonHeaders(VARIES)
const COMPRESSED = {
  br: jsonHeaders({ ...VARIES, 'Content-Encoding': 'br' }),
  gzip: jsonHeaders({ ...VARIES, 'Content-Encoding': 'gzip' }),
}

let running = 0

/**
 * JSON, compressed if the client accepts it; `isLarge` if it is not only because others are being compressed. The length
 * of a compressed response hints at what is in it (BREACH), so only operations that never return a value, password, key
 * or token may use it (docs/security.md).
 */
export async function compressed(
  acceptEncoding: string | undefined,
  text: string,
): Promise<Answer & { isLarge?: true }> {
  const accepted = acceptedEncodings(acceptEncoding)
  const encoding = (['br', 'gzip'] as const).find((name) => accepted.includes(name))
  if (!encoding || text.length < MIN_BYTES) return jsonAnswer(text, UNCOMPRESSED)
  if (running >= MAX_AT_ONCE) return { ...jsonAnswer(text, UNCOMPRESSED), isLarge: true }
  running++
  try {
    const body = await ENCODERS[encoding](Buffer.from(text))
    return jsonAnswer(body as Buffer<ArrayBuffer>, COMPRESSED[encoding])
  } finally {
    running--
  }
}
