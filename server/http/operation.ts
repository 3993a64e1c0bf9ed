import type { Hono } from 'hono'
import { z } from 'zod'
import { emptyError, javaError, nullPointer, type Violation, violations } from '../errors.ts'
import { parseJsonBody } from '../json/read.ts'
import { writeJson } from '../json/write.ts'
import type { Call, Env } from './call.ts'
import { freesSpace } from './freesSpace.ts'
import { assertLimited, refuseLongLists } from './listLimits.ts'
import { flagParameter, intParameter, textParameter, uuidParameter } from './parameters.ts'

/** A Response goes out as it is, undefined as 204, anything else as JSON with status 200 (concord-api §1). */
type Handler = (c: Call) => unknown | Promise<unknown>

/**
 * What an operation takes and gives. The schemas are those that its handler reads with: the readers below refuse any
 * other, so that the OpenAPI document, which is made from them, says what is so.
 */
export interface About {
  /** For the document: what it does, in a few words. */
  summary: string
  /** Parameters of the path that are not just text. */
  path?: Record<string, z.ZodType>
  query?: Record<string, z.ZodType>
  /** The request's media type; another one, or none, is a 415. */
  consumes?: 'application/json' | 'multipart/form-data' | 'text/plain' | 'application/octet-stream'
  /** The shape of a JSON body. */
  body?: z.ZodType
  /** The fields of a multipart body; those that may be missing are optional. */
  form?: Record<string, z.ZodType>
  /** What the answer is; an `Accept` that does not admit it is a 406. Default: JSON. */
  produces?: string
  /** The statuses of success. Default: 200. */
  answers?: number[]
}

export interface Operation extends About {
  handle: Handler
}

/** Says about a handler what the operation takes and gives. */
export const operation = (about: About, handle: Handler): Operation => ({ ...about, handle })

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const
type Method = (typeof METHODS)[number]
type Methods = Partial<Record<Method, Operation>>

/** An operation with its address, the path as Hono writes it. */
export type Endpoint = About & { method: Method; route: string }

const endpoints = new WeakMap<Hono<Env>, Endpoint[]>()

/** All operations that `resource` has declared for an app. */
export const endpointsOf = (app: Hono<Env>): readonly Endpoint[] => endpoints.get(app) ?? []

/**
 * Declares all operations of one path. As in JAX-RS, a path that is known answers a wrong method with 405 and `Allow`,
 * a wrong content type with 415 and an unsatisfiable `Accept` with 406, all without a body.
 */
export function resource(app: Hono<Env>, path: string, methods: Methods) {
  const known = METHODS.flatMap((method) => {
    const { handle, ...about } = methods[method] ?? {}
    return handle ? [{ ...(about as About), method, route: path }] : []
  })
  for (const { method, body } of known) if (body) assertLimited(body, `${method} ${path}`)
  endpoints.set(app, [...endpointsOf(app), ...known])
  app.all(path, async (c) => {
    c.set('endpoint', { route: path, params: c.req.param() as Record<string, string> })
    const operation = methods[(c.req.method === 'HEAD' ? 'GET' : c.req.method) as Method]
    if (!operation) throw emptyError(405, { Allow: allowed(methods) })
    if (operation.consumes && mediaType(c.req.header('Content-Type')) !== operation.consumes) throw emptyError(415)
    const produces = operation.produces ?? 'application/json'
    if (!admits(c.req.header('Accept'), produces)) throw emptyError(406)
    c.set('operation', operation)
    const frees = freesSpace(c.req.method, c.req.path)
    const handle = async () => operation.handle(c)
    const result = await (frees ? c.get('reserve').run(handle) : handle())
    if (result instanceof Response) return result
    if (result === undefined || result === null) return c.body(null, 204)
    return c.body(writeJson(result), 200, { 'Content-Type': 'application/json' })
  })
}

/** Holds handlers to what their operation says about itself: the schema that they read with is the one it names. */
export function assertDeclared(declared: z.ZodType | undefined, schema: z.ZodType, what: string) {
  const plain = declared instanceof z.ZodOptional ? declared.unwrap() : declared
  if (plain !== schema) throw new Error(`The operation does not declare ${what} as it reads it`)
}

function allowed(methods: Methods) {
  const names = Object.keys(methods)
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

/** A path parameter of a shape; JAX-RS answers a bad one with an empty 404. */
export function paramAs<T>(c: Call, name: string, schema: z.ZodType<T>): T {
  assertDeclared(c.get('operation').path?.[name], schema, `the path parameter ${name}`)
  const result = schema.safeParse(param(c, name))
  return result.success ? result.data : notFound()
}

export const uuidParam = (c: Call, name: string) => paramAs(c, name, uuidParameter)

/** A parameter of the query as it came, for those whose errors are not JAX-RS's. */
export function rawQuery(c: Call, name: string, schema: z.ZodType = textParameter): string | undefined {
  assertDeclared(c.get('operation').query?.[name], schema, `the query parameter ${name}`)
  return c.req.query(name)
}

/** A parameter of the query; undefined when absent, an empty 404 when it is not of the shape. */
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

/** The body as JSON of a shape. Empty, `null`, malformed and mistyped bodies are Concord's 500s (concord-api §3). */
export async function readJson<T>(c: Call, schema: z.ZodType<T>): Promise<T> {
  return (await readOptionalJson(c, schema)) ?? fail()
}

/** As `readJson`, but undefined for an empty or `null` body: some endpoints look at other things first. */
export async function readOptionalJson<T>(c: Call, schema: z.ZodType<T>): Promise<T | undefined> {
  assertDeclared(c.get('operation').body, schema, 'the body')
  const value = parseJsonBody(new Uint8Array(await c.req.arrayBuffer()))
  if (value === null || value === undefined) return undefined
  refuseLongLists(schema, value)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const where = result.error.issues[0]?.path.join('.') || 'the body'
  throw javaError('com.fasterxml.jackson.databind.exc.MismatchedInputException', `Cannot deserialize value of ${where}`)
}

/** Concord's ConcordKey: what names of entities look like (concord-api §1). */
export const NAME_PATTERN = /^[0-9a-zA-Z][0-9a-zA-Z_@.\-~]{2,127}$/
export const NAME_VIOLATION = 'must match "^[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}$"'

/**
 * Checks names as Concord's `@Validate` methods do, and throws one violation per bad name. `names` is keyed by the
 * violation's id without its method, e.g. `checkNames('SecretResource.update', { arg0: orgName, arg1: secretName })`.
 */
export function checkNames(method: string, names: Record<string, string | null | undefined>) {
  reject(nameViolations(method, names))
}

/** What `checkNames` would throw, to be thrown together with other violations. */
export function nameViolations(method: string, names: Record<string, string | null | undefined>): Violation[] {
  const bad = Object.entries(names).filter(([, name]) => typeof name === 'string' && !NAME_PATTERN.test(name))
  return bad.map(([id]) => ({ id: `${method}.${id}`, message: NAME_VIOLATION }))
}

/** A violation of `@Size(max = …)`. */
export function tooLong(id: string, value: string | null | undefined, most: number): Violation[] {
  return (value ?? '').length > most ? [{ id, message: `size must be between 0 and ${most}` }] : []
}

/** A violation of `@NotNull`. */
export function missing(id: string, value: unknown): Violation[] {
  return value === null || value === undefined ? [{ id, message: 'must not be null' }] : []
}

/** Throws the violations, if there are any. */
export function reject(found: Violation[]) {
  if (found.length > 0) throw violations(found)
}

/** The same object without its null and undefined fields: Jackson's NON_NULL. */
export function nonNull<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], null> } {
  // The entries that are left have no null in them.
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null && field !== undefined)) as never
}

/** The same object without null, undefined, '', [] and {}: Jackson's NON_EMPTY. */
export function nonEmpty<T extends object>(value: T): Partial<T> {
  const empty = (field: unknown) =>
    field === null ||
    field === undefined ||
    field === '' ||
    (Array.isArray(field) && field.length === 0) ||
    (typeof field === 'object' && Object.keys(field).length === 0)
  return Object.fromEntries(Object.entries(value).filter(([, field]) => !empty(field))) as Partial<T>
}

function notFound(): never {
  throw emptyError(404)
}

function fail(): never {
  throw nullPointer()
}
