import { z } from 'zod'
import { ANONYMOUS } from '../auth/filter.ts'
import { VALIDATION_ERRORS_TYPE } from '../errors.ts'
import type { Endpoint } from '../http/operation.ts'
import { textParameter } from '../http/parameters.ts'

/** JSON Schema 2020-12, as used by OpenAPI 3.1. */
export type Schema = Record<string, unknown>

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  schema: Schema
}

export interface DocumentedOperation {
  operationId: string
  summary: string
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, { $ref: string } | { description: string; content?: Record<string, { schema: Schema }> }>
  security?: []
}

export type PathItem = Record<string, DocumentedOperation>

export interface OpenApiDocument {
  openapi: string
  info: { title: string; version: string; description: string }
  paths: Record<string, PathItem>
  components: Record<string, Record<string, unknown>>
  security: Record<string, []>[]
}

/** Generates the OpenAPI 3.1 document from the schemas that the operations read with (http/operation.ts). */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  for (const endpoint of endpoints) {
    const path = pathOf(endpoint.route)
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: documented(endpoint, path) }
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Concord: secrets', version, description: DESCRIPTION },
    paths,
    components: { securitySchemes: SECURITY_SCHEMES, schemas: ERROR_SCHEMAS, responses: ERRORS },
    security: Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
  }
}

const DESCRIPTION =
  'The part of Concord’s REST API for secrets and everything they depend on. Every GET also supports HEAD. ' +
  'For other methods, a known path returns 405 with `Allow`. Errors are Concord’s: their status is documented ' +
  'here, their text is not.'

/** Any one of them is enough. */
const SECURITY_SCHEMES = {
  password: { type: 'http', scheme: 'basic', description: 'Or a session token as username, with an empty password' },
  apiKey: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'The bare key, without a scheme' },
  session: { type: 'apiKey', in: 'cookie', name: 'JSESSIONID' },
  sessionToken: { type: 'apiKey', in: 'header', name: 'X-Concord-SessionToken', description: 'Of a process session' },
}

const ERROR_SCHEMAS = {
  Violations: {
    type: 'array',
    items: {
      type: 'object',
      properties: { id: { type: 'string' }, message: { type: 'string' } },
      required: ['id', 'message'],
    },
  },
}

const text = { 'text/plain': { schema: { type: 'string' } } }

/** The ways in which operations fail (errors.ts); each may have no body. */
const ERRORS = {
  BadRequest: {
    description: 'The request breaks a rule',
    content: { [VALIDATION_ERRORS_TYPE]: { schema: { $ref: '#/components/schemas/Violations' } }, ...text },
  },
  Unauthorized: {
    description: 'Not signed in, or only with a key that belongs to no user',
    headers: { 'WWW-Authenticate': { schema: { type: 'string' } } },
    content: text,
  },
  Forbidden: { description: 'Not allowed', content: text },
  NotFound: { description: 'It does not exist, or a parameter is malformed', content: text },
  NotAcceptable: { description: '`Accept` does not admit the type of the response' },
  TooLarge: { description: 'The request is too large', content: text },
  UnsupportedMediaType: { description: 'The operation does not accept the content type' },
  TooManyRequests: {
    description: 'Too many requests, or wrong passwords for this user from this address',
    headers: { 'Retry-After': { schema: { type: 'integer' } } },
    content: text,
  },
  ServerError: {
    description: 'Like Concord, also for a malformed body and some names that do not exist',
    content: text,
  },
}

/** Hono’s `:name{pattern}` as OpenAPI’s `{name}`. */
const pathOf = (route: string) => route.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')

function documented(endpoint: Endpoint, path: string): DocumentedOperation {
  const { method, summary, query = {} } = endpoint
  const parameters: Parameter[] = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
      const schema = schemaOf(endpoint.path?.[name] ?? textParameter)
      return { name, in: 'path' as const, required: true, schema }
    }),
    ...Object.entries(query).map(([name, type]) => {
      return { name, in: 'query' as const, required: false, schema: schemaOf(type) }
    }),
  ]
  return {
    operationId: operationIdOf(method, path),
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(endpoint.consumes ? { requestBody: requestBodyOf(endpoint, endpoint.consumes) } : {}),
    responses: responsesOf(endpoint, path),
    ...(ANONYMOUS.has(path) ? { security: [] } : {}),
  }
}

/** `getOrgByOrgNameSecret`, with the version unless it is the first: unique, and as stable as the path. */
function operationIdOf(method: string, path: string): string {
  const words = path.split('/').filter((word) => !['', 'api', 'v1'].includes(word))
  const named = words.map((word) => (word.startsWith('{') ? `-by-${word.slice(1, -1)}` : word)).join('-')
  return `${method.toLowerCase()}-${named}`.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function requestBodyOf({ body, form }: Endpoint, consumes: string) {
  const schema = body ? schemaOf(body) : form ? schemaOf(z.object(form)) : bareBody(consumes)
  // An operation that accepts a type but declares no schema for it ignores the body.
  const required = body !== undefined || form !== undefined || consumes !== 'application/json'
  return { required, content: { [consumes]: { schema } } }
}

const bareBody = (consumes: string): Schema =>
  consumes === 'text/plain' ? { type: 'string' } : consumes === 'application/json' ? {} : { contentMediaType: consumes }

function responsesOf({ statuses = [200], consumes, produces = 'application/json' }: Endpoint, path: string) {
  const successes = statuses.map((status) => {
    if (status === 303) return [status, { description: 'Elsewhere', headers: LOCATION }]
    if (status === 204) return [status, { description: statuses.length > 1 ? 'There is none' : 'Done' }]
    return [status, { description: 'Done', content: { [produces]: { schema: schemaOfAnswer(produces) } } }]
  })
  const anonymous = ANONYMOUS.has(path)
  const signedIn = anonymous ? [] : [[400, 'BadRequest'], ...SIGNED_IN]
  const withBody = consumes
    ? [
        [413, 'TooLarge'],
        [415, 'UnsupportedMediaType'],
      ]
    : []
  const errors = [...signedIn, [429, 'TooManyRequests'], [406, 'NotAcceptable'], ...withBody, [500, 'ServerError']]
  return Object.fromEntries([
    ...successes,
    ...errors.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]),
  ])
}

const SIGNED_IN = [
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
]

const LOCATION = { Location: { schema: { type: 'string', format: 'uri' } } }

const schemaOfAnswer = (produces: string): Schema =>
  produces === 'application/json' ? {} : { contentMediaType: produces }

/** The input of a schema, not its output. */
function schemaOf(schema: z.ZodType): Schema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}
