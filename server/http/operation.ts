import type { Hono } from 'hono'
import type { ParamKeys } from 'hono/types'
import type { z } from 'zod'
import { emptyError, javaError, nullPointer } from '../errors.ts'
import { parseJsonBody } from '../json/read.ts'
import { writeJson } from '../json/write.ts'
import type { Call, Env } from './call.ts'
import { freesSpace } from './freesSpace.ts'
import { type Input, mediaTypeOf, readInput, type Schemas, type Takes } from './input.ts'
import { assertLimited, refuseLongLists } from './listLimits.ts'
import { flagParameter, intParameter, textParameter, uuidParameter } from './parameters.ts'

/** What an operation takes and gives: all that its handler reads, so that the OpenAPI document can be made from it. */
export interface About<P = Schemas, Q = Schemas, B = z.ZodType, F = Schemas> extends Takes<P, Q, B, F> {
  /** A short description, for the document. */
  summary: string
  /** The request's media type, where it takes one without reading it; else that of the body or form. Another one is a 415. */
  consumes?: 'application/json'
  /** The response's media type; an `Accept` that does not admit it is a 406. Default: JSON. */
  produces?: string
  /** The success statuses. Default: 200. */
  answers?: number[]
}

/** An operation of a path with these parameters. */
export interface Operation<Names extends string = never> {
  about: About
  /** Reads the input and answers it. */
  run: (c: Call, params: Record<Names, string>) => Promise<unknown>
}

/**
 * An operation and its handler, which gets what is declared: `(c, { path, query, body, form }) => …`. What it returns goes
 * out as it is if it is a Response, undefined as 204, anything else as JSON with status 200 (concord-api §1).
 */
export function operation<
  Names extends string,
  P extends { [N in Names]?: z.ZodType } = Record<never, never>,
  Q extends Schemas = Record<never, never>,
  B extends z.ZodType | undefined = undefined,
  F extends Schemas | undefined = undefined,
>(about: About<P, Q, B, F>, handle: (c: Call, input: Input<Names, P, Q, B, F>) => unknown): Operation<Names> {
  // The same, less exact: schemas of these names, and what they make of a request.
  const takes = about as About
  return { about: takes, run: async (c, params) => handle(c, (await readInput(c, params, takes)) as never) }
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const
type Method = (typeof METHODS)[number]
type Methods<Names extends string> = Partial<Record<Method, Operation<Names> | Plain>>

/** The form before: to be converted. */
type Plain = Omit<About, 'consumes'> & { consumes?: string; handle: (c: Call) => unknown }

/** An operation with its address, the path as Hono writes it, and the media type that it takes. */
export type Endpoint = Omit<About, 'consumes'> & { method: Method; route: string; consumes: string | undefined }

const endpoints = new WeakMap<Hono<Env>, Endpoint[]>()

/** All operations that `resource` has declared for an app. */
export const endpointsOf = (app: Hono<Env>): readonly Endpoint[] => endpoints.get(app) ?? []

/**
 * Declares all operations of one path. As in JAX-RS, a known path returns 405 with `Allow` for a wrong method, 415 for
 * a wrong content type and 406 for an unsatisfiable `Accept`, all without a body.
 */
export function resource<const Path extends string>(app: Hono<Env>, path: Path, methods: Methods<ParamKeys<Path>>) {
  const known = new Map<string, Endpoint & Operation<ParamKeys<Path>>>()
  for (const method of METHODS) {
    const operation = methods[method]
    if (!operation) continue
    const { about, run } = 'handle' in operation ? plain(operation) : operation
    if (about.body) assertLimited(about.body, `${method} ${path}`)
    known.set(method, { ...about, consumes: about.consumes ?? mediaTypeOf(about), method, route: path, about, run })
  }
  endpoints.set(app, [...endpointsOf(app), ...known.values()])
  app.all(path, async (c: Call) => {
    // Hono has matched the path: its parameters are there.
    const params = c.req.param() as Record<ParamKeys<Path>, string>
    c.set('endpoint', { route: path, params })
    const operation = known.get(c.req.method === 'HEAD' ? 'GET' : c.req.method)
    if (!operation) throw emptyError(405, { Allow: allowed([...known.keys()]) })
    const { consumes, produces = 'application/json' } = operation
    if (consumes && mediaType(c.req.header('Content-Type')) !== consumes) throw emptyError(415)
    if (!admits(c.req.header('Accept'), produces)) throw emptyError(406)
    const run = () => operation.run(c, params)
    const result = await (freesSpace(c.req.method, c.req.path) ? c.get('reserve').run(run) : run())
    if (result instanceof Response) return result
    if (result === undefined || result === null) return c.body(null, 204)
    return c.body(writeJson(result), 200, { 'Content-Type': 'application/json' })
  })
}

function plain({ handle, ...about }: Plain): Operation<string> {
  return { about: about as About, run: async (c) => handle(c) }
}

function allowed(names: string[]) {
  return [...names, ...(names.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ')
}

export function mediaType(header: string | undefined) {
  return header?.split(';')[0]?.trim().toLowerCase()
}

/** Whether an `Accept` header admits a media type. */
export function admits(accept: string | undefined, type: string): boolean {
  if (!accept) return true
  const [wanted = '', sub = ''] = type.split(';')[0]?.split('/') ?? []
  return accept.split(',').some((range) => {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false
    const [major, minor] = name.split('/')
    return (major === '*' || major === wanted) && (minor === '*' || minor === sub)
  })
}

/** A path parameter, decoded. */
export function param(c: Call, name: string): string {
  const value = c.req.param(name)
  if (value === undefined) throw new Error(`The route has no parameter ${name}`)
  return value
}

/** A parsed path parameter; in JAX-RS a malformed one is an empty 404. */
export function paramAs<T>(c: Call, name: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(param(c, name))
  return result.success ? result.data : notFound()
}

export const uuidParam = (c: Call, name: string) => paramAs(c, name, uuidParameter)

/** A raw query parameter, for those whose errors are not JAX-RS's. */
export function rawQuery(c: Call, name: string, _schema?: z.ZodType): string | undefined {
  return c.req.query(name)
}

/** A parsed query parameter; undefined if absent, an empty 404 if malformed. */
export function queryAs<T>(c: Call, name: string, schema: z.ZodType<T>): T | undefined {
  const text = rawQuery(c, name, schema)
  if (text === undefined) return undefined
  const result = schema.safeParse(text)
  return result.success ? result.data : notFound()
}

export const textQuery = (c: Call, name: string) => queryAs(c, name, textParameter)
export const uuidQuery = (c: Call, name: string) => queryAs(c, name, uuidParameter)
export const intQuery = (c: Call, name: string) => queryAs(c, name, intParameter)
export const booleanQuery = (c: Call, name: string) => queryAs(c, name, flagParameter) ?? false

/** `offset` and `limit` of lists: absent or not positive means none (concord-api §1). */
export function paging(c: Call): { offset: number; limit: number | undefined } {
  const offset = intQuery(c, 'offset') ?? 0
  const limit = intQuery(c, 'limit') ?? 0
  return { offset: Math.max(0, offset), limit: limit > 0 ? limit : undefined }
}

/** Parses the body as JSON. Empty, `null`, malformed and mistyped bodies are Concord's 500s (concord-api §3). */
export async function readJson<T>(c: Call, schema: z.ZodType<T>): Promise<T> {
  return (await readOptionalJson(c, schema)) ?? fail()
}

/** Like `readJson`, but undefined for an empty or `null` body: some endpoints check other things first. */
export async function readOptionalJson<T>(c: Call, schema: z.ZodType<T>): Promise<T | undefined> {
  const value = parseJsonBody(new Uint8Array(await c.req.arrayBuffer()))
  if (value === null || value === undefined) return undefined
  refuseLongLists(schema, value)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const where = result.error.issues[0]?.path.join('.') || 'the body'
  throw javaError('com.fasterxml.jackson.databind.exc.MismatchedInputException', `Cannot deserialize value of ${where}`)
}

function notFound(): never {
  throw emptyError(404)
}

function fail(): never {
  throw nullPointer()
}
