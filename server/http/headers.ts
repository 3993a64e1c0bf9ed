import { API_POLICY } from './apiPolicy.ts'
import type { Call } from './call.ts'

/*
 * The headers of every response below /api. Most responses are JSON, and always have the same ones: those are complete
 * when they are made, because reading or setting a header of a Response later costs more than all the rest of it.
 */

/** Concord's CORSFilter, on every response below /api (concord-api §2.8). */
export const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': '*',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, Range, Cookie, Origin',
  'Access-Control-Expose-Headers':
    'cache-control,content-language,expires,last-modified,content-range,content-length,accept-ranges',
}

const NO_CACHE = { 'Cache-Control': 'no-cache, no-store, must-revalidate', Pragma: 'no-cache', Expires: '0' }

/** The value of a secret can be anything: no browser may treat it as a page or a script. */
const NO_SNIFFING = { 'X-Content-Type-Options': 'nosniff' }

/** If an API URL is opened in a browser: a download with a fixed name, whatever the URL ends with. */
const downloadOf = (type: string) => ({ 'Content-Disposition': `attachment; filename="${fileNameOf(type)}"` })

const fileNameOf = (type: string) =>
  type.startsWith('application/octet-stream') ? 'value.bin' : /json/.test(type) ? 'api.json' : 'api.txt'

const JSON_TYPE = 'application/json'

/** The headers of a kind of JSON response. */
export interface JsonHeaders {
  own: Record<string, string>
  /** With those of every response, in the order and with the spelling in which Headers lists them. */
  all: Record<string, string>
}

/** Call it once for a kind of response, not for each of them. */
export function jsonHeaders(more: Record<string, string> = {}): JsonHeaders {
  const own = { 'Content-Type': JSON_TYPE, ...more }
  const all = { ...CORS, ...NO_CACHE, ...NO_SNIFFING, ...API_POLICY, ...downloadOf(JSON_TYPE), ...own }
  const inLowerCase = Object.entries(all).map(([name, value]): [string, string] => [name.toLowerCase(), value])
  return { own, all: Object.fromEntries(inLowerCase.sort(([a], [b]) => (a < b ? -1 : 1))) }
}

const PLAIN = jsonHeaders()

/** The body and the headers of a JSON response. */
export interface Answer {
  body: string | Buffer<ArrayBuffer>
  own: JsonHeaders['own']
  /** All of them, with the length. */
  headers: Record<string, string>
}

export const jsonAnswer = (body: Answer['body'], { own, all } = PLAIN): Answer => ({
  ...{ body, own },
  headers: { ...all, 'Content-Length': String(Buffer.byteLength(body)) },
})

const complete = new WeakSet<Response>()

/** A JSON response with all its headers, so that no middleware has to look at them again. */
export function jsonResponse(c: Call, { body, own, headers }: Answer): Response {
  // Headers joins several cookies into one, and a response to HEAD has no length.
  if (c.get('cookies').length > 0 || c.req.method === 'HEAD') return c.body(body, 200, own)
  const response = new Response(body, { status: 200, headers })
  complete.add(response)
  return response
}

/** Adds to a response what every response below /api has. */
export function addApiHeaders(c: Call) {
  if (complete.has(c.res)) return
  for (const [name, value] of Object.entries({ ...CORS, ...NO_CACHE, ...NO_SNIFFING })) c.res.headers.set(name, value)
  const type = c.res.headers.get('Content-Type')
  if (type) for (const [name, value] of Object.entries(downloadOf(type))) c.res.headers.set(name, value)
}

/** Adds the cookies of a response, and what every response has. */
export function addCookiesAndPolicy(c: Call) {
  // One that was set after the response was made is added all the same.
  if (complete.has(c.res) && c.get('cookies').length === 0) return
  for (const cookie of c.get('cookies')) c.res.headers.append('Set-Cookie', cookie)
  for (const [name, value] of Object.entries(API_POLICY)) c.res.headers.set(name, value)
}
