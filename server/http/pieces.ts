import { writeJson } from '../json/write.ts'
import type { Log } from '../log.ts'
import type { Call } from './call.ts'

/** The size of the buffer: a smaller response is sent as a whole, with its length. */
const MAX_WHOLE_BYTES = 64 * 1024

/**
 * A JSON response of any size, generated while the client reads it: the next piece waits until the last one is sent,
 * and nothing is generated for a client that has disconnected. An error before the first bytes becomes a normal error
 * response; a later one cuts the connection, so that nobody mistakes a part for the whole.
 */
export async function jsonInPieces(
  { log }: { log: Log },
  c: Call,
  pieces: AsyncGenerator<Uint8Array>,
): Promise<Response> {
  const first: Uint8Array[] = []
  let bytes = 0
  while (bytes <= MAX_WHOLE_BYTES) {
    const { done, value } = await pieces.next()
    if (done) return c.body(Buffer.concat(first), 200, JSON_TYPE)
    first.push(value)
    bytes += value.length
  }
  const rest = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const waiting = first.shift()
        if (waiting) return controller.enqueue(waiting)
        try {
          const { done, value } = await pieces.next()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          const { name, code } = error as Error & { code?: unknown }
          log.error('a response was cut off', { requestId: c.get('requestId'), path: c.req.path, name, code })
          controller.error(new Error('The response was cut off'))
        }
      },
      async cancel() {
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
  return c.body(rest, 200, JSON_TYPE)
}

/** A JSON array read page by page, for `jsonInPieces`. */
export async function* listAsJson(pages: AsyncIterable<object[]>): AsyncGenerator<Uint8Array> {
  let before = '['
  for await (const page of pages) {
    if (page.length === 0) continue
    yield Buffer.from(before + page.map(writeJson).join(','))
    before = ','
  }
  yield Buffer.from(before === '[' ? '[]' : ']')
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
