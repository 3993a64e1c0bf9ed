import { MAX_BODY_BYTES } from '../../server/app.ts'
import { newId } from '../../server/ids.ts'
import type { DocumentedOperation, OpenApiDocument, Schema } from '../../server/openapi/document.ts'
import { RUNS, SEED } from './settings.ts'

/*
 * The largest possible requests: for every operation, and every list or string in its path, query, body or form, as
 * much as fits into a body of 2 MiB or a URL of 16 kB. Derived from the OpenAPI document, so that new operations are
 * included.
 */

export interface WorstRequest {
  /** The large part of the request, and its kind. */
  name: string
  method: string
  address: string
  headers: Record<string, string>
  body: (() => Uint8Array<ArrayBuffer>) | undefined
}

/** Existing names and ids, by the parameters and fields that take them. */
export type Words = Record<string, string>

/** Leave room for the rest of the body, and of the headers, which Node limits to 16 KiB. */
const ROOM = MAX_BODY_BYTES - 4096
const HEAD_ROOM = 12_000

/** As many as fit. */
const fill = (unit: string, room = ROOM) => unit.repeat(Math.floor(room / Buffer.byteLength(unit)))

/** As many as fit, each with its number. */
function count(unit: (i: number) => string, room = ROOM, most = Number.POSITIVE_INFINITY): string[] {
  const units: string[] = []
  for (let size = 0; units.length < most; ) {
    const next = unit(units.length)
    size += next.length + 1
    if (size > room) break
    units.push(next)
  }
  return units
}

/** Every operation: its name, and its worst requests with some texts. */
export const operationsOf = ({ paths }: OpenApiDocument) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [name: string, requests: (words: Words) => WorstRequest[]] => [
      `${method.toUpperCase()} ${path}`,
      (words) => worstRequestsTo(path, method, operation, words),
    ]),
  )

/** All of them in a long run, and a part of them, chosen by the seed, in a short one. */
const SHARE = Math.min(1, RUNS / 100)
export const isChosen = (_: unknown, i: number) => ((i * 2_654_435_761 + SEED * 40_503) % 1_000) / 1_000 < SHARE

function worstRequestsTo(path: string, method: string, operation: DocumentedOperation, words: Words) {
  const parameters = operation.parameters ?? []
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  const address = (values: Words = words) =>
    path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'nothing'))
  const [[type, { schema }] = ['', { schema: {} as Schema }]] = Object.entries(operation.requestBody?.content ?? {})
  const usual = type ? usualBody(type, schema, words) : undefined
  const request = (name: string, more: Partial<WorstRequest>): WorstRequest => ({
    name,
    method: method.toUpperCase(),
    address: address(),
    body: usual?.body,
    ...more,
    headers: { ...usual?.headers, ...more.headers },
  })
  const requests: WorstRequest[] = []
  for (const { name } of inPath) {
    for (const [how, text] of headTexts()) {
      requests.push(request(`path ${name}: ${how}`, { address: address({ ...words, [name]: text.slice(0, 4000) }) }))
    }
  }
  for (const { name } of parameters.filter((parameter) => parameter.in === 'query')) {
    for (const [how, text] of headTexts()) {
      const value = encodeURIComponent(text).slice(0, HEAD_ROOM).replace(/%.?$/, '')
      requests.push(request(`query ${name}: ${how}`, { address: `${address()}?${name}=${value}` }))
    }
    requests.push(
      request(`query ${name}: many times`, { address: `${address()}?${fill(`${name}=1&`, HEAD_ROOM)}` }),
      request(`query: many before ${name}`, { address: `${address()}?${fill('a&', HEAD_ROOM)}${name}=1` }),
    )
  }
  for (const [name, headers] of worstHeaders()) requests.push(request(`header ${name}`, { headers }))
  for (const [name, body, contentType = type] of bodiesOf(type, schema, words)) {
    requests.push(request(name, { body: () => bytesOf(body()), headers: { 'Content-Type': contentType } }))
  }
  return requests
}

const headTexts = (): [how: string, text: string][] => [
  ['long', fill('a', HEAD_ROOM)],
  ['wildcards', fill('%_', HEAD_ROOM)],
  ['digits', fill('1', HEAD_ROOM)],
  ['blanks', `${fill(' ', HEAD_ROOM)}x`],
  ['commas', fill('a,', HEAD_ROOM)],
]

const worstHeaders = (): [name: string, headers: Record<string, string>][] => [
  ['Accept: many', { Accept: fill('a/b;q=0.1,', HEAD_ROOM) }],
  ['Accept: parameters', { Accept: `a/b${fill(';q=0.0', HEAD_ROOM)}` }],
  ['Accept: zeros', { Accept: `a/b;q=0.${fill('0', HEAD_ROOM)}1` }],
  ['Content-Type: blanks', { 'Content-Type': `application/json;${fill(' ', HEAD_ROOM)}x` }],
  ['Content-Type: boundaries', { 'Content-Type': `multipart/form-data${fill('; boundary=', HEAD_ROOM)}` }],
  ['Cookie: many', { Cookie: fill('JSESSIONID=a; ', HEAD_ROOM) }],
  ['Cookie: long', { Cookie: `rememberMe="${fill('a', HEAD_ROOM)}` }],
  ['X-Forwarded-For: many', { 'X-Forwarded-For': fill('10.0.0.1,', HEAD_ROOM) }],
  ['X-Forwarded-For: colons', { 'X-Forwarded-For': fill(':', HEAD_ROOM) }],
]

/** Generated when it is sent: all of them together take gigabytes. */
type Content = () => string | Buffer
type Body = [name: string, body: Content, contentType?: string]

const bytesOf = (content: string | Buffer) => Uint8Array.from(Buffer.from(content as string))

function usualBody(type: string, schema: Schema, words: Words) {
  if (type === 'multipart/form-data') {
    return {
      body: () => bytesOf(formBody(usualFields(schema, words))),
      headers: { 'Content-Type': `${type}; boundary=${BOUNDARY}` },
    }
  }
  const text = type === 'application/json' ? JSON.stringify(usualValue(schema, '', words)) : 'text'
  return { body: () => bytesOf(text), headers: { 'Content-Type': type } }
}

function bodiesOf(type: string, schema: Schema, words: Words): Body[] {
  if (type === 'application/json') return jsonBodies(schema, words)
  if (type === 'multipart/form-data') return formBodies(schema, words)
  if (type) return rawTexts().map(([how, text]) => [`body: ${how}`, text])
  return []
}

const rawTexts = (): [how: string, text: Content][] => [
  ['long', () => fill('a')],
  ['mixed', () => `Aa1!${fill('b')}`],
  ['commas', () => fill(',')],
  ['list', () => fill('a,')],
  ['blanks', () => `${fill(' ')}x`],
  ['lines', () => fill('\r\n')],
  ['digits', () => fill('1')],
  ['letters of two bytes', () => fill('é')],
  ['letters of four bytes', () => fill('😀')],
  ['bytes that are no text', () => Buffer.alloc(ROOM, 0xff)],
]

// JSON

const PLACE = 'HERE GOES WHAT IS LARGE'

interface Place {
  name: string
  schema: Schema
  /** The whole body with a value in this place. */
  body: (json: () => string) => () => string
}

function jsonBodies(schema: Schema, words: Words): Body[] {
  const usual = JSON.stringify(usualValue(schema, '', words))
  const bodies: Body[] = [
    ['body: blanks', () => fill(' ') + usual],
    ['body: too deep', () => fill('[')],
    ['body: too deep by objects', () => fill('{"a":')],
    ['body: too deep and closed', () => fill('[', ROOM / 2) + fill(']', ROOM / 2)],
    ['body: unknown fields', () => `{${count((i) => `"u${i}":0`).join()}}`],
    ['body: a field many times', () => `{${fill('"name":"a",')}"name":"a"}`],
    ['body: UTF-16', () => Buffer.from(`"${fill('é', ROOM / 2 - 10)}"`, 'utf16le')],
    ['body: UTF-32', () => Buffer.from(Uint32Array.from(fill('1', ROOM / 4), (each) => each.charCodeAt(0)).buffer)],
  ]
  if (Object.keys(schema).length === 0) return bodies
  for (const place of placesIn(schema, words)) {
    for (const [how, json] of valuesFor(place.schema, words)) {
      bodies.push([`${place.name || 'body'}: ${how}`, place.body(json)])
    }
  }
  return bodies
}

function placesIn(schema: Schema, words: Words): Place[] {
  const places: Place[] = []
  const visit = (each: Schema, name: string, whole: (value: unknown) => unknown) => {
    const template = JSON.stringify(whole(PLACE))
    places.push({ name, schema: each, body: (json) => () => template.replace(`"${PLACE}"`, json) })
    const type = plain(each)
    const items = type.items as Schema | undefined
    if (items) visit(items, `${name}[]`, (value) => whole([value]))
    const properties = type.properties as Record<string, Schema> | undefined
    for (const [field, inner] of Object.entries(properties ?? {})) {
      const usual = usualValue(type, name, words) as Record<string, unknown>
      visit(inner, name ? `${name}.${field}` : field, (value) => whole({ ...usual, [field]: value }))
    }
    const entries = type.additionalProperties as Schema | undefined
    if (isTyped(entries)) visit(entries, `${name}{}`, (value) => whole({ entry: value }))
  }
  visit(schema, '', (value) => value)
  return places
}

/** The most specific of several schemas. */
function plain(schema: Schema): Schema {
  const choices = (schema.anyOf ?? []) as Schema[]
  return choices.length > 0 ? plain(choices[0] ?? {}) : schema
}

const isTyped = (schema: unknown): schema is Schema =>
  typeof schema === 'object' && schema !== null && Object.keys(schema).length > 0

/** The smallest value that refers to something existing. */
function usualValue(schema: Schema, name: string, words: Words): unknown {
  const type = plain(schema)
  if (Array.isArray(type.enum)) return type.enum[0]
  if (type.type === 'array') return [usualValue((type.items ?? {}) as Schema, name, words)]
  if (type.type === 'boolean') return false
  if (type.properties) {
    const required = new Set((type.required ?? []) as string[])
    const fields = Object.entries(type.properties as Record<string, Schema>)
    return Object.fromEntries(
      fields
        .filter(([field]) => required.has(field) || words[field] !== undefined || USUAL.has(field))
        .map(([field, each]) => [field, usualValue(each, field, words)]),
    )
  }
  if (type.type === 'object') return {}
  return words[name] ?? 'text'
}

/** Fields that an operation needs to get far. */
const USUAL = new Set(['url', 'branch', 'level', 'role', 'userType', 'visibility', 'group', 'rules', 'permissions'])

function valuesFor(schema: Schema, words: Words): [how: string, json: () => string][] {
  const type = plain(schema)
  if (type.type === 'array') return listsOf(type, words)
  if (isTyped(type.additionalProperties)) return mapsOf(type, words)
  if (type.type === 'object' && !type.properties) return freeMaps()
  if (type.properties) return [['unknown fields', () => `{${count((i) => `"u${i}":0`).join()}}`]]
  if (type.type === 'string' || type.enum) return texts()
  return [['a long number', () => fill('1')]]
}

const texts = (): [how: string, json: () => string][] => [
  ['long', () => `"${fill('a')}"`],
  ['mixed', () => `"Aa1!${fill('b')}"`],
  ['commas', () => `"${fill('a,')}"`],
  ['blanks', () => `"${fill(' ')}x"`],
  ['escapes', () => `"${fill('\\u00e9')}"`],
  ['backslashes', () => `"${fill('\\\\')}"`],
  ['quotes', () => `"${fill('\\"')}"`],
  ['NULs', () => `"${fill('\\u0000')}"`],
  ['letters of four bytes', () => `"${fill('😀')}"`],
  ['a long number', () => fill('1')],
  ['many numbers', () => `[${fill('1.0,')}1]`],
]

function listsOf(type: Schema, words: Words): [how: string, json: () => string][] {
  const items = (type.items ?? {}) as Schema
  const most = Number(type.maxItems ?? 0)
  const one = usualValue(items, 'username', words)
  const item = JSON.stringify(one)
  const distinct = (i: number) => JSON.stringify(varied(one, i))
  const large = Math.floor(ROOM / most) - 200
  const pad = (i: number) =>
    JSON.stringify(varied(one, `${i}${'x'.repeat(Math.max(0, Math.floor(large / textsIn(one))))}`))
  return [
    ['one many times', () => `[${fill(`${item},`)}${item}]`],
    ['many that differ', () => `[${count(distinct).join()}]`],
    ['many empty texts', () => `[${fill('"",')}""]`],
    ['many objects', () => `[${fill('{},')}{}]`],
    ['many nulls', () => `[${fill('null,')}null]`],
    ['many numbers', () => `[${fill('1.0,')}1]`],
    ['lists of lists', () => `[${fill('[[]],')}[]]`],
    ['as many as allowed, one', () => `[${Array(most).fill(item).join()}]`],
    ['as many as allowed, that differ', () => `[${count(distinct, ROOM, most).join()}]`],
    ['as many as allowed, long', () => `[${count(pad, ROOM, most).join()}]`],
    ['as many objects as allowed', () => `[${Array(most).fill('{}').join()}]`],
  ]
}

function mapsOf(type: Schema, words: Words): [how: string, json: () => string][] {
  const entry = usualValue(type.additionalProperties as Schema, 'entry', words)
  const most = Number(type.maxProperties ?? 0)
  const text = JSON.stringify(withoutName(entry))
  const large = Math.floor(ROOM / most) - 200
  const pad = 'x'.repeat(Math.max(0, Math.floor(large / (textsIn(withoutName(entry)) + 1))))
  return [
    ['many', () => `{${count((i) => `"entry-${i}":${text}`).join()}}`],
    ['many wrong ones', () => `{${count((i) => `"e${i}":0`).join()}}`],
    ['as many as allowed', () => `{${count((i) => `"entry-${i}":${text}`, ROOM, most).join()}}`],
    [
      'as many as allowed, long',
      () => `{${count((i) => `"${i}${pad}":${JSON.stringify(varied(withoutName(entry), pad))}`, ROOM, most).join()}}`,
    ],
    ['as many as allowed, empty', () => `{${count((i) => `"e${i}":{}`, ROOM, most).join()}}`],
    ['a long name', () => `{"${fill('a')}":{}}`],
  ]
}

const freeMaps = (): [how: string, json: () => string][] => [
  ['many fields', () => `{${count((i) => `"${i.toString(36)}x":0`).join()}}`],
  ['many fields with numbers for names', () => `{${count((i) => `"${i}":0`).join()}}`],
  ['many fields of other letters', () => `{${count((i) => `"é${i.toString(36)}":0`, ROOM - 300_000).join()}}`],
  [
    'many fields of equal length',
    () => `{${count((i) => `"é${String(i).padStart(6, '0')}":0`, ROOM - 200_000).join()}}`,
  ],
  ['many exact numbers', () => `{"a":[${fill('1.0,')}1]}`],
  ['many long numbers', () => `{"a":[${fill(`${'9'.repeat(999)},`)}1]}`],
  ['many exponents', () => `{"a":[${fill('1e308,')}1]}`],
  ['many empty objects', () => `{"a":[${fill('{},')}{}]}`],
  ['many empty lists', () => `{"a":[${fill('[],')}[]]}`],
  ['many nulls', () => `{"a":[${fill('{"b":null},')}0]}`],
  ['many small texts', () => `{"a":[${fill('"\\u0000",')}""]}`],
  ['as deep as allowed, many times', () => `{"a":[${fill(`${'['.repeat(990)}${']'.repeat(990)},`)}0]}`],
  ['as deep as allowed by objects', () => `{"a":[${fill(`${'{"a":'.repeat(990)}0${'}'.repeat(990)},`)}0]}`],
  ['a long name', () => `{"${fill('a')}":0}`],
  ['a long text', () => `{"a":"${fill('a')}"}`],
  ['halves of letters', () => `{"a":"${fill('\\ud800')}"}`],
]

const withoutName = (value: unknown) => {
  const { name: _, id: _id, ...rest } = value as Record<string, unknown>
  return rest
}

/** The same value with its strings changed. */
function varied(value: unknown, by: number | string): unknown {
  if (typeof value === 'string') {
    if (/^[0-9a-f-]{36}$/.test(value)) return newId()
    return /^[A-Z]+$/.test(value) ? value : `${value}${by}`
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, varied(each, by)]))
}

const textsIn = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, each) => sum + textsIn(each), 0) || 1
    : 1

// Forms

const BOUNDARY = 'boundary'

type Fields = [name: string, value: string | Buffer][]

function formBodies(schema: Schema, words: Words): Body[] {
  const fields = Object.keys((schema.properties ?? {}) as object)
  const usual = usualFields(schema, words)
  const type = `multipart/form-data; boundary=${BOUNDARY}`
  const values: [how: string, value: Content][] = [
    ...rawTexts(),
    ['as many as allowed, by id', () => Array.from({ length: 100 }, () => newId()).join()],
    ['as many as allowed, by name', () => count((i) => `project-${i}`, ROOM, 100).join()],
    ['as many as allowed, long', () => count((i) => `${i}${'x'.repeat(20_000)}`, ROOM, 100).join()],
    ['many ids', () => fill(`${words.projectId},`)],
    ['many that differ', () => count((i) => `p${i}`).join()],
  ]
  const bodies: Body[] = fields.flatMap((field) =>
    values.map(([how, value]): Body => {
      const others = usual.filter(([name]) => name !== field)
      return [`field ${field}: ${how}`, () => formBody([...kindFor(field), ...others, [field, value()]]), type]
    }),
  )
  const part = (head: string, value = 'x') => `--${BOUNDARY}\r\n${head}\r\n\r\n${value}\r\n`
  const named = 'Content-Disposition: form-data; name="name"'
  const end = `--${BOUNDARY}--\r\n`
  const long = 'x'.repeat(HEAD_ROOM)
  return [
    ...bodies,
    ['form: many parts', () => fill(part(named, '')) + end, type],
    ['form: many delimiters', () => fill(`--${BOUNDARY}\r\n`), type],
    ['form: many delimiters in one line', () => fill(`--${BOUNDARY}`), type],
    ['form: many dashes', () => fill('--'), type],
    ['form: many almost delimiters', () => fill(`\n--${BOUNDARY}x`), type],
    ['form: a long head', () => part(`${named}; x="${fill('a', ROOM - 200)}"`) + end, type],
    [
      'form: many parameters in a head',
      () => part(`Content-Disposition: form-data${fill(';', ROOM - 200)}`) + end,
      type,
    ],
    [
      'form: many names in a head',
      () => part(`Content-Disposition: form-data${fill(';name="', ROOM - 200)}`) + end,
      type,
    ],
    ['form: many lines in a head', () => part(fill('a:b\r\n', ROOM - 200) + named) + end, type],
    ['form: many short lines in a head', () => part(fill('a\n', ROOM - 200) + named) + end, type],
    ['form: many folded lines', () => part(`${named}${fill('\r\n ', ROOM - 200)}x`) + end, type],
    ['form: a long folded line', () => part(`${named}\r\n${fill(' ', ROOM - 300)}x`) + end, type],
    [
      'form: a long charset',
      () => part(`${named}\r\nContent-Type: text/plain;${fill(' ', ROOM - 300)}charset=x`) + end,
      type,
    ],
    [
      'form: many charsets',
      () => part(`${named}\r\nContent-Type: text/plain${fill('; charset=', ROOM - 300)}`) + end,
      type,
    ],
    [
      'form: base64',
      () => part(`${named}\r\nContent-Transfer-Encoding: base64`, fill('YQ==\n', ROOM - 300)) + end,
      type,
    ],
    ['form: no base64', () => part(`${named}\r\nContent-Transfer-Encoding: base64`, fill('=', ROOM - 300)) + end, type],
    [
      'form: quoted-printable',
      () => part(`${named}\r\nContent-Transfer-Encoding: quoted-printable`, fill('=41', ROOM - 300)) + end,
      type,
    ],
    [
      'form: no quoted-printable',
      () => part(`${named}\r\nContent-Transfer-Encoding: quoted-printable`, fill('= ', ROOM - 300)) + end,
      type,
    ],
    ['form: a long boundary', () => fill('x'), `multipart/form-data; boundary=y${long}`],
    ['form: a long boundary of dashes', () => fill('-'), `multipart/form-data; boundary=y${'-'.repeat(HEAD_ROOM)}`],
    [
      'form: a long boundary of what the body has',
      () => fill('x'),
      `multipart/form-data; boundary=${'x'.repeat(HEAD_ROOM / 2)}y${'x'.repeat(HEAD_ROOM / 2)}`,
    ],
  ]
}

/** Other fields that this one needs to take effect. */
function kindFor(field: string): Fields {
  if (field === 'username' || field === 'password') {
    const type: Fields = [['type', 'USERNAME_PASSWORD']]
    return [...type, [field === 'username' ? 'password' : 'username', 'joe']]
  }
  if (field !== 'public' && field !== 'private') return []
  return [
    ['type', 'KEY_PAIR'],
    [field === 'public' ? 'private' : 'public', 'ssh-rsa AAAA'],
  ]
}

function usualFields(schema: Schema, words: Words): Fields {
  const known = Object.keys((schema.properties ?? {}) as object)
  const usual: Fields = [
    ['name', `new-${words.name}`],
    ['type', 'DATA'],
    ['data', 'value'],
  ]
  return usual.filter(([name]) => known.includes(name))
}

/** The first of several parts with a name counts. */
function formBody(fields: Fields): Buffer {
  const seen = new Set<string>()
  const parts = fields
    .filter(([name]) => !seen.has(name) && seen.add(name))
    .flatMap(([name, value]) => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n`),
      Buffer.from('Content-Type: text/plain; charset=utf-8\r\n\r\n'),
      Buffer.from(value as string),
      Buffer.from('\r\n'),
    ])
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])
}
