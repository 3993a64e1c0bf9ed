import fc, { type Arbitrary } from 'fast-check'
import type { DocumentedOperation, Schema } from '../../server/openapi/document.ts'

/** The non-random parts of a fuzzed request: existing things, and callers. */
export interface World {
  /** Existing names and ids, by the parameters and fields that take them. */
  words: Record<string, string[]>
  /** Authentication headers, by a name for the caller. */
  callers: Record<string, Record<string, string>>
}

export interface FuzzedRequest {
  method: string
  address: string
  headers: Record<string, string>
  body: Uint8Array<ArrayBuffer> | undefined
  /** All path parameters are ordinary words, so that the request reaches this operation. */
  plain: boolean
}

/** Requests to one operation: mostly as documented, with random errors anywhere. */
export function requestsTo(path: string, method: string, operation: DocumentedOperation, world: World) {
  const inputs = inputsOf(world)
  const parameters = operation.parameters ?? []
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  const arbitrary = ({ name, schema }: { name: string; schema: Schema }) =>
    inputs.parameter(name, schema).map((text) => [name, text] as const)
  return fc
    .record({
      path: fc.tuple(...inPath.map(arbitrary)),
      query: fc.tuple(...inQuery.map((parameter) => fc.option(arbitrary(parameter)))),
      rawQuery: mostly('', fc.string({ unit: 'binary-ascii', maxLength: 30 })),
      caller: mostlyOf(fc.constantFrom(...Object.values(world.callers)), inputs.strangeCaller),
      headers: mostly({}, inputs.headers),
      body: bodyOf(operation, inputs),
    })
    .map(({ path: values, query, rawQuery, caller, headers, body }): FuzzedRequest => {
      const names = new Map(values)
      const given = query.filter((entry) => entry !== null).map(([name, text]) => `${encode(name)}=${encode(text)}`)
      const search = [...given, ...(rawQuery ? [rawQuery.replace(/[#\s]/g, '')] : [])].join('&')
      return {
        method: method.toUpperCase(),
        address: path.replace(/\{(\w+)\}/g, (_, name) => encode(names.get(name) ?? '')) + (search ? `?${search}` : ''),
        headers: { ...(body ? { 'Content-Type': body.type } : {}), ...caller, ...headers },
        body: body?.bytes,
        plain: values.every(([, text]) => /^\w[\w-]*$/.test(text)),
      }
    })
}

/** Not just `encodeURIComponent`: a lone surrogate cannot be sent, and some tests send a bare percent sign. */
const encode = (text: string) => encodeURIComponent(Buffer.from(text).toString()).replace(/%00PERCENT/g, '%')

const mostlyOf = <T>(usual: Arbitrary<T>, odd: Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd })
const mostly = <T>(usual: T, odd: Arbitrary<T>) => mostlyOf(fc.constant(usual), odd)

/** Few at a time: most fields exclude each other. */
const sometimes = <T>(value: Arbitrary<T>, not = 4) =>
  fc.oneof({ weight: not, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

type Inputs = ReturnType<typeof inputsOf>

function inputsOf({ words }: World) {
  const word = fc.constantFrom(...Object.values(words).flat())
  const oddText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('a', '%', '_', "'", '"', '\\', '\0', '\n', '.', '/', '\ud800', 'é'),
      maxLength: 200,
    }),
    fc.constantFrom(
      '',
      ' ',
      '..',
      '.',
      'null',
      'true',
      '-1',
      '0',
      '2147483648',
      '1e9',
      'NaN',
      '__proto__',
      'constructor',
    ),
    fc.constantFrom('x'.repeat(129), 'x'.repeat(5000), '\0PERCENT', '\0PERCENTff', '\0PERCENTc0\0PERCENTaf'),
    fc.uuid(),
  )
  const text = mostlyOf(word, oddText)
  const textFor = (name: string) => {
    const known = words[name]
    return known ? fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: text }) : text
  }
  const anything = fc.jsonValue({ maxDepth: 3 }) as Arbitrary<unknown>

  /** A value for a schema, in which any part may be replaced by something else. */
  function json(schema: Schema, name = ''): Arbitrary<unknown> {
    const { anyOf, enum: values, type, properties, items, additionalProperties } = schema
    if (Array.isArray(anyOf))
      return fc.oneof(...anyOf.map((each, i) => ({ weight: i ? 1 : 6, arbitrary: json(each, name) })))
    if (Array.isArray(type)) return json({ anyOf: type.map((each) => ({ ...schema, type: each })) }, name)
    if (Array.isArray(values)) return mostlyOf(fc.constantFrom(...values), anything)
    if (type === 'string') return mostlyOf(textFor(name), anything)
    if (type === 'array') return mostlyOf(fc.array(json((items ?? {}) as Schema, name), { maxLength: 4 }), anything)
    if (properties) {
      const required = new Set((schema.required ?? []) as string[])
      const fields = Object.entries(properties as Record<string, Schema>).map(([field, each]) => {
        const value = json(each, field)
        return [field, required.has(field) ? mostlyOf(value, fc.constant(undefined)) : sometimes(value)] as const
      })
      return mostlyOf(fc.record(Object.fromEntries(fields)), anything)
    }
    if (type === 'object') return fc.dictionary(text, json((additionalProperties ?? {}) as Schema), { maxKeys: 3 })
    if (type === 'number' || type === 'integer') return fc.oneof(fc.integer(), fc.double())
    if (type === 'boolean') return fc.boolean()
    return type === 'null' ? fc.constant(null) : anything
  }

  return {
    text,
    word,
    json,
    oddText,
    parameter(name: string, schema: Schema): Arbitrary<string> {
      if (Array.isArray(schema.enum)) return mostlyOf(fc.constantFrom(...(schema.enum as string[])), text)
      if (schema.type === 'integer') return mostlyOf(fc.integer({ min: -5, max: 50 }).map(String), text)
      if (schema.type === 'boolean') return mostlyOf(fc.constantFrom('true', 'false'), text)
      if (schema.format === 'date-time') return mostlyOf(fc.date().map(dateText), text)
      return textFor(name)
    },
    strangeCaller: fc.oneof(
      fc.constant({}),
      fc.record({ Authorization: headerValue(text) }),
      fc.record({ 'X-Concord-SessionToken': headerValue(text) }),
      fc.record({
        Cookie: fc.tuple(text, text).map(([a, b]) => `JSESSIONID=${headerText(a)}; rememberMe=${headerText(b)}`),
      }),
    ) as Arbitrary<Record<string, string>>,
    headers: fc.record(
      {
        Accept: headerValue(fc.oneof(oddText, fc.constantFrom('*/*', 'application/json', 'text/plain;q=0', ',;/'))),
        'Content-Type': headerValue(fc.oneof(oddText, fc.constantFrom(...CONTENT_TYPES))),
        'X-Concord-EnableSession': fc.constantFrom('true', 'false', ''),
        'X-Concord-RememberMe': fc.constantFrom('true', ''),
        'X-Forwarded-Proto': headerValue(text),
        'Content-Length': fc.constantFrom('0', '3', '-1', '99999999', 'x'),
        Cookie: headerValue(text),
      },
      { requiredKeys: [] },
    ) as Arbitrary<Record<string, string>>,
  }
}

const CONTENT_TYPES = [
  ...['application/json', 'APPLICATION/JSON; charset=utf-16', 'text/plain', 'application/octet-stream', '', ';', '/'],
  ...['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary="', 'multipart/mixed'],
]

const dateText = (date: Date) => (Number.isNaN(date.getTime()) ? 'never' : date.toISOString())

/** Characters that fetch allows in a header. */
const headerText = (text: string) => text.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '').trim()
const headerValue = (text: Arbitrary<string>) => text.map(headerText)

interface Body {
  type: string
  bytes: Uint8Array<ArrayBuffer>
}

const bytesOf = (text: string | Uint8Array) => Uint8Array.from(Buffer.from(text as string))

function bodyOf({ requestBody }: DocumentedOperation, inputs: Inputs): Arbitrary<Body | undefined> {
  const [[type, { schema }] = ['', { schema: {} }]] = Object.entries(requestBody?.content ?? {})
  if (!type) return fc.constant(undefined)
  if (type === 'multipart/form-data') return formOf(schema, inputs)
  const raw = fc.uint8Array({ maxLength: 60 }).map(bytesOf)
  const usual = type === 'application/json' ? jsonBody(inputs.json(schema)) : inputs.text.map(bytesOf)
  return mostlyOf(usual, raw).map((bytes) => ({ type, bytes }))
}

function jsonBody(value: Arbitrary<unknown>) {
  const text = value.map((each) => JSON.stringify(each) ?? '')
  const broken = fc.oneof(
    fc.tuple(text, fc.nat(200)).map(([json, length]) => json.slice(0, length)),
    fc.constantFrom('', 'null', ' ', '[', '{"a":1e999}', '\ufeff{}', '{"__proto__":{"id":1}}', '[null]', '{}x'),
    fc.constantFrom('['.repeat(20_000), `${'[['.repeat(3_000)}${']]'.repeat(3_000)}`),
  )
  return mostlyOf(text, broken).map(bytesOf)
}

const BOUNDARY = 'fuzz'

/** A form with the operation's fields, built byte by byte, so that everything in it can be wrong. */
function formOf(schema: Schema, inputs: Inputs): Arbitrary<Body> {
  const properties = Object.entries(schema.properties as Record<string, Schema>)
  const fields = properties.map(([name, type]) =>
    type.contentMediaType
      ? fc.tuple(fc.constant(name), contents)
      : fc.tuple(fc.constant(name), formText(name, type, inputs)),
  )
  const required = new Set((schema.required ?? []) as string[])
  const parts = fc.tuple(
    ...fields.map((field, i) => {
      const usual = field.chain(([name, value]) => partOf(fc.constant(name), value))
      const [name = '', type] = properties[i] ?? []
      return required.has(name)
        ? mostlyOf(usual, fc.constant(undefined))
        : sometimes(usual, type?.contentMediaType ? 1 : 4)
    }),
    fc.option(
      fc.tuple(inputs.text, contents).chain(([name, value]) => partOf(fc.constant(name), value)),
      {
        nil: undefined,
        freq: 9,
      },
    ),
  )
  const whole = parts.map((list) => list.filter((part) => part !== undefined)).map(withoutNewKeys)
  const closed = whole.map((list) => Buffer.concat([...list, Buffer.from(`--${BOUNDARY}--\r\n`)]))
  const broken = fc
    .record({ body: closed, at: fc.nat(2000), junk: fc.uint8Array({ maxLength: 20 }), cut: fc.nat(40) })
    .map(({ body, at, junk, cut }) => Buffer.concat([body.subarray(0, at), junk, body.subarray(at + cut)]))
  return mostlyOf(closed, broken).map((body) => ({
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    bytes: bytesOf(body),
  }))
}

const contents = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))

const formText = (name: string, schema: Schema, inputs: Inputs) =>
  mostlyOf(inputs.parameter(name, schema), fc.constantFrom('Aa1!Bb2!Cc', 'a,b,,')).map((text) => Buffer.from(text))

function partOf(name: Arbitrary<string>, value: Buffer) {
  const charset = fc.constantFrom(
    '',
    'text/plain',
    'text/plain; charset=UTF-8',
    'text/plain; charset=utf-16',
    'x; charset=klingon',
  )
  return fc
    .tuple(name, charset)
    .map(([label, type]) =>
      Buffer.concat([
        Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${label}"\r\n`),
        Buffer.from(type ? `Content-Type: ${type}\r\n\r\n` : '\r\n'),
        value,
        Buffer.from('\r\n'),
      ]),
    )
}

/** A key pair without a public key would be generated, which takes seconds; other tests cover that. */
function withoutNewKeys(parts: Buffer[]) {
  const uploaded = Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="public"\r\n\r\nssh-rsa AAAA\r\n`)
  return parts.some((part) => /key_pair/i.test(part.toString('latin1'))) ? [uploaded, ...parts] : parts
}
