import { z } from 'zod'
import { emptyError, javaError, nullPointer, validationError } from '../errors.ts'
import { parseJsonBody } from '../json/read.ts'
import type { Call } from './call.ts'
import { refuseLongLists } from './listLimits.ts'
import { type Form, readForm } from './multipart.ts'
import type { Values } from './parameters.ts'

/*
 * Reads the declared input of an operation before its handler runs, like JAX-RS: path and query parameters, whose
 * errors are empty 404s, then the body.
 */

export type Schemas = Record<string, z.ZodType>

/** The schemas of an operation's input, except for plain path parameters. */
export interface Takes<P, Q, B, F> {
  /** Path parameters other than text. */
  path?: P
  /** Query parameters: undefined if absent. */
  query?: Q
  /** The schema of the body. An empty or `null` body is an error unless the schema accepts undefined. */
  body?: B
  /** The fields of a multipart body. */
  form?: F
}

/** The input of a handler. `Names` are the path parameters. */
export interface Input<Names extends string, P, Q, B, F> {
  path: { [N in Names]: N extends keyof P ? Output<P[N]> : string }
  query: Values<Q>
  body: B extends z.ZodType ? z.output<B> : undefined
  form: F extends Schemas ? Form<F> : undefined
}

type Output<S> = S extends z.ZodType ? z.output<S> : never

type AnyTakes = Takes<Schemas, Schemas, z.ZodType, Schemas>

/** Reads the input of a request. Only `operation` knows its types, from the schemas. */
export async function readInput(c: Call, params: Record<string, string>, takes: AnyTakes) {
  const { path = {}, query = {}, body, form } = takes
  const texts = Object.keys(query).map((name) => [name, c.req.query(name)] as const)
  return {
    path: { ...params, ...readAll(path, Object.entries(params)) },
    query: readAll(query, texts),
    body: body && (await readBody(c, body)),
    form: form && (await readForm(c)),
  }
}

function readAll(schemas: Schemas, texts: (readonly [name: string, text: string | undefined])[]) {
  const values: Record<string, unknown> = {}
  for (const [name, text] of texts) {
    const schema = schemas[name]
    if (!schema || text === undefined) continue
    const result = schema.safeParse(text)
    if (!result.success) throw emptyError(404)
    values[name] = result.data
  }
  return values
}

/** Bodies other than JSON. */
export const plainText = z.string()
export const bytes = z.custom<Buffer>().meta({ contentMediaType: 'application/octet-stream' })

/** The media type of a body, or of a form. */
export function mediaTypeOf({ body, form }: AnyTakes) {
  if (form) return 'multipart/form-data'
  if (body === plainText) return 'text/plain'
  if (body === bytes) return 'application/octet-stream'
  return body && 'application/json'
}

async function readBody(c: Call, schema: z.ZodType): Promise<unknown> {
  if (schema === plainText) return c.req.text()
  if (schema === bytes) return Buffer.from(await c.req.arrayBuffer())
  return c.req.path.startsWith('/api/x/') ? readOwnJson(c, schema) : readConcordJson(c, schema)
}

/** JSON as Concord reads it: empty, malformed and mistyped bodies are its 500s (concord-api §3). */
async function readConcordJson(c: Call, schema: z.ZodType): Promise<unknown> {
  const value = parseJsonBody(new Uint8Array(await c.req.arrayBuffer()))
  if (value === null || value === undefined) {
    if (schema.safeParse(undefined).success) return undefined
    throw nullPointer()
  }
  refuseLongLists(schema, value)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const where = result.error.issues[0]?.path.join('.') || 'the body'
  throw javaError('com.fasterxml.jackson.databind.exc.MismatchedInputException', `Cannot deserialize value of ${where}`)
}

/** JSON for our own paths, where no client expects Concord's 500s, so errors have a readable message. */
async function readOwnJson(c: Call, schema: z.ZodType): Promise<unknown> {
  const value: unknown = await c.req.json().catch(() => undefined)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationError('The body must be a JSON object')
  }
  throw validationError(result.error.issues[0]?.message ?? 'The body is invalid')
}

/** `offset` and `limit` of lists: absent or not positive means none (concord-api §1). */
export function pageOf({ offset = 0, limit = 0 }: { offset?: number | undefined; limit?: number | undefined }) {
  return { offset: Math.max(0, offset), limit: limit > 0 ? limit : undefined }
}
