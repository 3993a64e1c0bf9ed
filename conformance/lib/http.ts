import http from 'node:http'
import https from 'node:https'

/*
 * A thin client: it sends the path unchanged, follows no redirects, stores no cookies and adds only the headers Host,
 * Connection and Content-Length, so that a test names every header it depends on. Each request has its own connection:
 * on a kept-alive one, Jetty may replace a header value with an earlier one that differs only in case.
 */

export interface Request {
  method: string
  path: string
  headers: Record<string, string>
  body?: Buffer | undefined
}

export interface Answer {
  status: number
  /** All values of each header, in the order of arrival; names are lower-case. */
  headers: Record<string, string[]>
  bytes: Buffer
  text: string
  /** The media type, in lower case and without spaces; undefined if there is none. */
  type: string | undefined
  /** Parses the body as JSON; throws if it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about.
  json(): any
}

/** Generating a key pair can take a Java server long on a busy computer. */
const TIMEOUT = 170_000
/** A busy server may refuse a connection or drop one that it has not read from; such a request is retried. */
const ATTEMPTS = 3

export async function send(base: string, request: Request): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(base, request)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED' || attempt === ATTEMPTS) throw error
    }
  }
}

function sendOnce(base: string, { method, path, headers, body }: Request): Promise<Answer> {
  const { protocol, hostname, port, pathname } = new URL(base)
  const { request, Agent } = protocol === 'https:' ? https : http
  const length = body ? body.length : method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? undefined : 0
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ protocol, hostname, port, method, path: pathname.replace(/\/$/, '') + path, timeout: TIMEOUT },
        headers: length === undefined ? headers : { ...headers, 'Content-Length': length },
        agent: new Agent({ keepAlive: false }),
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => resolve(answerOf(incoming, Buffer.concat(chunks))))
      },
    )
    outgoing.on('error', reject)
    outgoing.on('timeout', () => outgoing.destroy(new Error(`No response to ${method} ${path}`)))
    outgoing.end(body)
  })
}

function answerOf(incoming: http.IncomingMessage, bytes: Buffer): Answer {
  const headers: Record<string, string[]> = {}
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    const name = (incoming.rawHeaders[i] ?? '').toLowerCase()
    headers[name] = [...(headers[name] ?? []), incoming.rawHeaders[i + 1] ?? '']
  }
  const text = bytes.toString('utf8')
  return {
    ...{ status: incoming.statusCode ?? 0, headers, bytes, text },
    type: headers['content-type']?.[0]?.toLowerCase().replaceAll(' ', ''),
    json: () => JSON.parse(text),
  }
}
