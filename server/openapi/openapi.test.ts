import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import type { Env } from '../http/call.ts'
import { text } from '../http/jackson.ts'
import { endpointsOf, readJson, resource, textQuery, uuidParam } from '../http/operation.ts'
import { intParameter } from '../http/parameters.ts'
import type { OpenApiDocument, Schema } from './document.ts'

let server: TestServer
let document: OpenApiDocument

beforeAll(async () => {
  server = await startTestServer()
  document = (await (await server.request('/api/openapi.json')).json()) as OpenApiDocument
})
afterAll(() => server.close())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  )

describe('the document', () => {
  test('is for those who are signed in', async () => {
    expect((await server.request('/api/openapi.json', { as: '' })).status).toBe(401)
  })

  test('has every operation, and nothing else', () => {
    const documented = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`)
    const declared = endpointsOf(server.app).map(
      ({ method, route }) => `${method} ${route.replace(/:(\w+)(\{.*?\})?/g, '{$1}')}`,
    )
    expect(documented.sort()).toEqual(declared.sort())
    expect(new Set(documented).size).toBe(documented.length)
  })

  test('has every route of the server', () => {
    const declared = new Set(endpointsOf(server.app).map(({ route }) => route))
    const routes = server.app.routes.map(({ path }) => path).filter((path) => !path.includes('*'))
    expect(routes.length).toBeGreaterThan(40)
    expect(routes.filter((route) => !declared.has(route))).toEqual([])
  })

  test('is well formed', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/)
    expect(document.info).toMatchObject({ title: expect.any(String), version: '2.44.0' })
    const ids = operations().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, operation } of operations()) {
      expect(path).toMatch(/^(\/([\w.-]+|\{\w+\}))+$/)
      expect(operation.operationId).toMatch(/^[a-z]\w+$/)
      expect(operation.summary).not.toBe('')
      const parameters = operation.parameters ?? []
      const inPath = parameters.filter((parameter) => parameter.in === 'path')
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
      expect(inPath.every(({ required }) => required)).toBe(true)
      for (const { schema } of parameters) expectSchema(schema)
      for (const { schema } of Object.values(operation.requestBody?.content ?? {})) expectSchema(schema)
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[2-5]\d\d$/)
        expect('$ref' in response || response.description !== '').toBe(true)
      }
      for (const requirement of operation.security ?? []) expect(requirement).toEqual({})
    }
    for (const requirement of document.security) {
      expect(document.components.securitySchemes).toHaveProperty(Object.keys(requirement)[0] ?? '')
    }
  })

  test('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(
      ([, reference = '']) => reference,
    )
    expect(references.length).toBeGreaterThan(100)
    for (const reference of new Set(references)) {
      expect(reference).toMatch(/^#\/components\//)
      expect(document).toHaveProperty(reference.slice(2).split('/'))
    }
  })

  test('says what a form has to have, a body may have, and a parameter is', () => {
    const create = document.paths['/api/v1/org/{orgName}/secret']?.post?.requestBody
    expect(create?.content['multipart/form-data']?.schema).toMatchObject({
      type: 'object',
      properties: {
        name: { type: 'string', pattern: expect.stringContaining('0-9a-zA-Z') },
        type: { enum: ['KEY_PAIR', 'USERNAME_PASSWORD', 'DATA'] },
        data: { contentMediaType: 'application/octet-stream' },
        generatePassword: { type: 'boolean' },
      },
      required: ['name', 'type'],
    })
    const grant = document.paths['/api/v1/org/{orgName}/secret/{secretName}/access']?.post?.requestBody
    expect(grant?.content['application/json']?.schema).toMatchObject({
      properties: { level: { anyOf: [{ enum: ['OWNER', 'WRITER', 'READER'] }, { type: 'null' }] } },
    })
    expect(document.paths['/api/v2/user/{id}']?.get?.parameters).toMatchObject([
      { name: 'id', in: 'path', schema: { type: 'string', format: 'uuid' } },
    ])
    expect(document.paths['/api/v1/server/ping']?.get?.security).toEqual([])
  })
})

/** Keywords that the document uses; others would be a surprise. */
const KEYWORDS = new Set([
  ...['type', 'format', 'pattern', 'enum', 'minLength', 'maxLength', 'description', 'contentMediaType', '$ref'],
  ...['maxItems', 'maxProperties'],
  ...['anyOf', 'items', 'properties', 'required', 'additionalProperties', 'propertyNames'],
])
const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']

function expectSchema(schema: Schema) {
  expect(Object.keys(schema).filter((keyword) => !KEYWORDS.has(keyword))).toEqual([])
  const { type, properties = {}, required = [], anyOf = [], items, additionalProperties, propertyNames } = schema
  if (type === 'array') expect(schema.maxItems).toBeGreaterThan(0)
  // A list by name; a map of whatever the client likes has nothing to say of its values.
  if (additionalProperties && Object.keys(additionalProperties).length > 0) {
    expect(schema.maxProperties).toBeGreaterThan(0)
  }
  for (const name of [type ?? []].flat()) expect(TYPES).toContain(name)
  for (const name of required as string[]) expect(properties).toHaveProperty([name])
  const inner = [...Object.values(properties as object), ...(anyOf as Schema[])]
  for (const each of [...inner, items, additionalProperties, propertyNames]) {
    if (typeof each === 'object') expectSchema(each)
  }
}

describe('an operation reads nothing but what it declares', () => {
  /** What an operation that declares this much answers to a request for everything. */
  async function answerOf(declared: object, read: (c: never) => unknown) {
    const app = new Hono<Env>()
    app.onError((error) => new Response(error.message, { status: 500 }))
    resource(app, '/:id', { POST: { summary: 'x', ...declared, handle: read as () => unknown } })
    const response = await app.request('/0-0-0-0-0?q=1', { method: 'POST', body: '{}' })
    return response.text()
  }
  const shape = z.object({ name: text.optional() })
  const same = z.object({ name: text.optional() })

  test('no body but its own', async () => {
    expect(await answerOf({ body: shape }, (c) => readJson(c, shape))).toBe('{}')
    expect(await answerOf({ body: shape }, (c) => readJson(c, same))).toMatch('does not declare the body')
    expect(await answerOf({}, (c) => readJson(c, shape))).toMatch('does not declare the body')
  })

  test('no parameter of the query that is not there or another kind', async () => {
    expect(await answerOf({}, (c) => textQuery(c, 'q'))).toMatch('does not declare the query parameter q')
    expect(await answerOf({ query: { q: intParameter } }, (c) => textQuery(c, 'q'))).toMatch('does not declare')
  })

  test('no parameter of the path of another kind', async () => {
    expect(await answerOf({}, (c) => uuidParam(c, 'id'))).toMatch('does not declare the path parameter id')
  })

  test('and there is no other way to the query', () => {
    const folder = join(import.meta.dirname, '..')
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?<!test)\.ts$/.test(name),
    )
    const readers = sources.filter((name) => /\.req\.quer(y|ies)\(/.test(readFileSync(join(folder, name), 'utf8')))
    expect(readers).toEqual(['http/operation.ts'])
  })
})
