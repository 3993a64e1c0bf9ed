import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { endpointsOf } from '../http/operation.ts'
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
  test('requires a sign-in', async () => {
    expect((await server.request('/api/openapi.json', { as: '' })).status).toBe(401)
  })

  test('has every operation and nothing else', () => {
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

  test('has no broken reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(
      ([, reference = '']) => reference,
    )
    expect(references.length).toBeGreaterThan(100)
    for (const reference of new Set(references)) {
      expect(reference).toMatch(/^#\/components\//)
      expect(document).toHaveProperty(reference.slice(2).split('/'))
    }
  })

  test('describes required form fields, optional body fields and parameter types', () => {
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

/** The keywords that the document uses; others would be unexpected. */
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
  // A list by name; a map of arbitrary content has no schema for its values.
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

test('an operation can read only what it declares', () => {
  // The types hold handlers to it (http/operation.test-d.ts), unless they go to the request themselves.
  const folder = join(import.meta.dirname, '..')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!test)\.ts$/.test(name),
  )
  const reads = /\.req\.(param|query|queries|json|text|arrayBuffer|blob|formData|parseBody)\(/
  const readers = sources.filter((name) => reads.test(readFileSync(join(folder, name), 'utf8')))
  expect(readers.sort()).toEqual(['http/input.ts', 'http/multipart.ts', 'http/operation.ts', 'process/control.ts'])
})
