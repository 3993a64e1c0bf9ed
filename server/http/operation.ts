import type { Hono } from 'hono'
import type { ParamKeys } from 'hono/types'
import type { z } from 'zod'
import { emptyError } from '../errors.ts'
import { writeJson } from '../json/write.ts'
import { findAnswer, keepAnswer } from './answers.ts'
import type { Call, Env } from './call.ts'
import { compressed } from './compression.ts'
import { freesSpace } from './freesSpace.ts'
import { type Answer, jsonAnswer, jsonResponse } from './headers.ts'
import { type Input, mediaTypeOf, readInput, type Schemas, type Takes } from './input.ts'
import { assertLimited } from './listLimits.ts'

/**
 * The input and output of an operation: everything that its handler reads, so that the OpenAPI document can be
 * generated from it.
 */
export interface About<P = Schemas, Q = Schemas, B = z.ZodType, F = Schemas> extends Takes<P, Q, B, F> {
  /** A short description, for the document. */
  summary: string
  /** A media type that it accepts without reading it; schemas of the input imply theirs. */
  consumes?: 'application/json'
  /** The response's media type; an `Accept` that does not admit it is a 406. Default: JSON. */
  produces?: string
  /** The success statuses. Default: 200. */
  statuses?: number[]
  /**
   * Its JSON may be compressed: it has no value of a secret, password, key or token, nor anything that may contain one,
   * such as the configuration of a project. A function says so of one result. Default: never.
   */
  compresses?: true | ((result: unknown) => boolean)
  /**
   * Its response depends on nothing but the caller, the address and the database, and has no value of a secret: it is
   * kept in memory until something is written (answers.ts).
   */
  isKept?: true
}

/** An operation of a path with these parameters. */
export interface Operation<Names extends string = never> extends Omit<About, 'consumes'> {
  /** A request of another media type is a 415. */
  consumes: string | undefined
  /** Reads the input, and returns the handler's result. */
  run: (c: Call, params: Record<Names, string>) => Promise<unknown>
}

/**
 * An operation and its handler, which gets what is declared: `(c, { path, query, body, form }) => …`. A returned
 * Response is sent unchanged, undefined becomes a 204, anything else JSON with status 200 (concord-api §1).
 */
export function operation<
  Names extends string,
  P extends { [N in Names]?: z.ZodType } = Record<never, never>,
  Q extends Schemas = Record<never, never>,
  B extends z.ZodType | undefined = undefined,
  F extends Schemas | undefined = undefined,
>(about: About<P, Q, B, F>, handle: (c: Call, input: Input<Names, P, Q, B, F>) => unknown): Operation<Names> {
  // The same, less exact: schemas and their results.
  const takes = about as About
  return {
    ...takes,
    consumes: takes.consumes ?? mediaTypeOf(takes),
    run: async (c, params) => handle(c, (await readInput(c, params, takes)) as never),
  }
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const
type Method = (typeof METHODS)[number]
type Methods<Names extends string> = Partial<Record<Method, Operation<Names>>>

/** An operation with its path in Hono's notation. */
export type Endpoint = Omit<Operation, 'run'> & { method: Method; route: string }

const endpoints = new WeakMap<Hono<Env>, Endpoint[]>()

/** All operations that `resource` has declared for an app. */
export const endpointsOf = (app: Hono<Env>): readonly Endpoint[] => endpoints.get(app) ?? []

/**
 * Declares all operations of one path. As in JAX-RS, a known path returns 405 with `Allow` for a wrong method, 415 for
 * a wrong content type and 406 for an unsatisfiable `Accept`, all without a body.
 */
export function resource<const Path extends string>(app: Hono<Env>, path: Path, methods: Methods<ParamKeys<Path>>) {
  const known = METHODS.flatMap((method) => {
    const operation = methods[method]
    return operation ? [{ ...operation, method, route: path }] : []
  })
  for (const { method, body, compresses } of known) {
    if (body) assertLimited(body, `${method} ${path}`)
    // What is shown only once is returned by what creates it.
    if (compresses && method !== 'GET') throw new Error(`${method} ${path} must not be compressed`)
  }
  endpoints.set(app, [...endpointsOf(app), ...known])
  app.all(path, async (c: Call) => {
    // Hono has matched the path, so its parameters exist.
    const params = c.req.param() as Record<ParamKeys<Path>, string>
    c.set('endpoint', { route: path, params })
    const operation = methods[(c.req.method === 'HEAD' ? 'GET' : c.req.method) as Method]
    if (!operation) throw emptyError(405, { Allow: allowed(Object.keys(methods)) })
    const { consumes, produces = 'application/json' } = operation
    if (consumes && mediaType(c.req.header('Content-Type')) !== consumes) throw emptyError(415)
    if (!admits(c.req.header('Accept'), produces)) throw emptyError(406)
    const known = operation.isKept && findAnswer(c)
    if (known) return jsonResponse(c, known)
    const run = () => operation.run(c, params)
    const result = await (freesSpace(c.req.method, c.req.path) ? c.get('reserve').run(run) : run())
    if (result instanceof Response) return result
    if (result === undefined || result === null) return c.body(null, 204)
    const { compresses, isKept } = operation
    const text = writeJson(result)
    const answer: Answer & { isLarge?: true } =
      compresses === true || compresses?.(result)
        ? await compressed(c.req.header('Accept-Encoding'), text)
        : jsonAnswer(text)
    if (isKept && !answer.isLarge) keepAnswer(c, answer)
    return jsonResponse(c, answer)
  })
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
