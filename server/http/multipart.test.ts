import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import type { Env } from './call.ts'
import { Form, fileField, listField, parseParts } from './multipart.ts'
import { operation, resource } from './operation.ts'
import { textParameter } from './parameters.ts'

const part = (disposition: string, value: string, type?: string) =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n${type ? `Content-Type: ${type}\r\n` : ''}\r\n${value}\r\n`
const FIELDS = {
  name: textParameter,
  x: textParameter,
  other: fileField,
  items: listField,
  data: fileField,
  DATA: fileField,
}
const parse = (...parts: string[]) =>
  new Form<typeof FIELDS>(parseParts(Buffer.from(`${parts.join('')}--b--\r\n`), 'b'))

describe('text fields', () => {
  test.each([
    ['trimmed like in Java', '\t one two\u00a0\r\n', 'one two\ufffd\ufffd'],
    ['blank', ' \r\n ', undefined],
    ['empty', '', undefined],
  ])('%s', (_, value, expected) => {
    expect(parse(part('name="x"', value)).text('x')).toBe(expected)
  })

  test.each([
    ['quoted', 'text/plain; charset="utf-8"', 'jü'],
    ['ISO-8859-1', 'text/plain; charset=ISO-8859-1', 'jÃ¼'],
  ])('character set %s', (_, type, expected) => {
    expect(parse(part('name="x"', 'jü', type)).text('x')).toBe(expected)
  })

  test('an unknown character set gives Java’s exception', () => {
    const form = parse(part('name="x"', 'y', 'text/plain; charset=klingon'))
    expect(() => form.text('x')).toThrow('ERROR: java.io.UnsupportedEncodingException')
  })

  test.each([
    ['after the file name', 'filename="f"; name="x"', 'y'],
    ['a file name is not a name', 'filename="x"', undefined],
  ])('name: %s', (_, disposition, expected) => {
    expect(parse(part(disposition, 'y')).text('x')).toBe(expected)
  })

  test('lists, as String#split', () => {
    expect(parse(part('name="items"', 'a, b ,,c,,')).list('items')).toEqual(['a', 'b', '', 'c'])
    expect(parse(part('name="items"', ',')).list('items')).toEqual([])
    expect(parse().list('items')).toEqual([])
  })
})

describe('file fields', () => {
  test('may contain what looks like a boundary', () => {
    const value = 'x--b\r\n --b\r\n\r\n--bb\r\n--b x\r\n'
    expect(parse(part('name="data"', value)).bytes('data')?.toString()).toBe(value)
  })
})

describe('bodies', () => {
  test.each([
    ['only a closing boundary', '--b--\r\n', 0],
    ['cut off within the headers', '--b\r\nContent-Disposition: form-data; name="x"', 0],
    ['with text before and after', `preamble\r\n${part('name="x"', 'y')}--b--\r\nepilogue\r\n--b\r\n\r\nz`, 1],
    ['with bare line feeds', '--b\nContent-Disposition: form-data; name="x"\n\ny\n--b--\n', 1],
    ['with a header over two lines', '--b\r\nContent-Disposition: form-data;\r\n name="x"\r\n\r\ny\r\n--b--', 1],
    ['of another boundary', '--c\r\n\r\ny\r\n--c--', 0],
  ])('%s', (_, body, count) => {
    const parts = parseParts(Buffer.from(body), 'b')
    expect(parts.length).toBe(count)
    if (count > 0) expect(new Form<typeof FIELDS>(parts).text('x')).toBe('y')
  })

  test('a part without headers has no name', () => {
    expect(parseParts(Buffer.from('--b\r\n\r\ny\r\n--b--'), 'b')).toMatchObject([{ name: undefined }])
  })

  test('rejects too many parts', () => {
    expect(() => parse(...Array.from({ length: 1001 }, () => part('name="x"', '')))).toThrow('HTTP 413')
    // Without an empty line they are not parts, but cost as much.
    expect(parseParts(Buffer.from('--b\r\n'.repeat(1000)), 'b')).toEqual([])
    expect(() => parseParts(Buffer.from('--b\r\n'.repeat(1002)), 'b')).toThrow('HTTP 413')
  })

  test.each([
    ['one long line', 'x'.repeat(17_000)],
    ['many lines', 'a: b\r\n'.repeat(3_000)],
    ['many lines and no empty one', `a: b\r\n`.repeat(3_000).trim()],
  ])('rejects headers longer than a request’s own: %s', (_, head) => {
    expect(() => parseParts(Buffer.from(`--b\r\n${head}\r\n\r\ny\r\n--b--`), 'b')).toThrow('HTTP 413')
    expect(() => parseParts(Buffer.from(`--b\r\n${head}`), 'b')).toThrow('HTTP 413')
  })

  test('rejects a boundary longer than RFC 2046 allows, because searching for it takes seconds', async () => {
    const app = new Hono<Env>()
    app.onError((error) => new Response(error.message, { status: 400 }))
    app.use((c, next) => {
      c.set('cookies', [])
      return next()
    })
    resource(app, '/', {
      POST: operation({ summary: 'x', form: {} }, (_, { form }) => (form instanceof Form ? 'read' : 'not')),
    })
    const post = async (boundary: string) => {
      const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}` }
      return (await app.request('/', { method: 'POST', headers, body: '-'.repeat(1_000_000) })).text()
    }
    expect(await post(`y${'-'.repeat(69)}`)).toBe('"read"')
    expect(await post(`y${'-'.repeat(70)}`)).toBe('The boundary of the form is longer than 70 characters')
  })
})
