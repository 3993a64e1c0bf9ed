import { expect, test } from 'vitest'
import { type ExactNumber, sameNumber } from './numbers.ts'
import { parseJson, parseJsonBody } from './read.ts'
import { jsonText, RawJson, writeJson } from './write.ts'

/** Input and output as recorded on a real Concord (conformance/json.test.ts sends the same). */
const kept = (text: string) => jsonText(parseJson(text))

test.each([
  ['123.0', '123.0'],
  ['124.50', '124.5'],
  ['0.10', '0.1'],
  ['9007199254740993', '9007199254740993'],
  ['-12345678901234567890', '-12345678901234567890'],
  ['1E5', '100000.0'],
  ['1E+2', '100.0'],
  ['1.5e-7', '1.5E-7'],
  ['1e-5', '1.0E-5'],
  ['0.001', '0.001'],
  ['9999999.0', '9999999.0'],
  ['12345678.0', '12345678'],
  ['12345678.5', '1.23456785E7'],
  ['-12345678.0', '-12345678'],
  ['1e7', '10000000'],
  ['1e20', '100000000000000000000'],
  ['123456789012345680000.0', '123456789012345680000'],
  ['1.7976931348623157e308', '1.7976931348623157E308'],
  ['-0', '0'],
  ['-0.0', '0.0'],
  ['0e10', '0.0'],
  ['1e400', '"Infinity"'],
  ['-1e400', '"-Infinity"'],
  ['7', '7'],
  ['0.5', '0.5'],
])('returns the number %s as %s', (sent, expected) => {
  expect(kept(`{"list":[${sent}]}`)).toBe(`{"list":[${expected}]}`)
})

test('strings that look like numbers stay strings', () => {
  for (const text of ['{"a":"1.0"}', '{"a":"\\"1.0"}', '{"a":"\\\\","b":1.0}', '{"1.0":"\\\\\\"1e5"}']) {
    expect(kept(text)).toBe(text)
  }
})

test('sorts keys by length and bytes, keeps the last of two equal ones, and drops nulls from objects', () => {
  const sent =
    '{"é":1,"zz":2,"b":3,"ab":5,"B":6,"":7,"10":8,"9":9,"\\ud83d\\ude00":1,"\\ufffd":1,"n":null,"l":[null,{"x":null}],"b":4}'
  expect(kept(sent)).toBe('{"":7,"9":9,"B":6,"b":4,"l":[null,{}],"10":8,"ab":5,"zz":2,"é":1,"�":1,"😀":1}')
})

test('a field may have the name of a property of Object.prototype', () => {
  expect(kept('{"__proto__":{"x":1.0},"constructor":2}')).toBe('{"__proto__":{"x":1.0},"constructor":2}')
})

test('drops or replaces what PostgreSQL or Java cannot write', () => {
  expect(kept('{"s":"a\\u0000b","t":"\\ud800x","u":"\\ud83d\\ude00"}')).toBe('{"s":"ab","t":"?x","u":"😀"}')
})

test('compares numbers by value', () => {
  const number = (text: string) => parseJson(text) as number | ExactNumber
  expect(sameNumber(number('123.0'), number('123'))).toBe(true)
  expect(sameNumber(number('1.23e2'), number('123.00'))).toBe(true)
  expect(sameNumber(number('9007199254740993'), number('9007199254740992'))).toBe(false)
  expect(sameNumber(number('0.10'), number('0.1'))).toBe(true)
})

test('rejects JSON deeper than 1,000 levels, or with a number of more than 1,000 digits', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  expect(kept(deep(1000))).toBe(deep(1000))
  for (const text of [deep(1001), deep(500_000), '1'.repeat(1001), `0.${'1'.repeat(1000)}`]) {
    expect(() => parseJson(text)).toThrow('StreamConstraintsException')
  }
  expect(parseJson(`"${deep(2000)}"`)).toBe(deep(2000))
})

test('rejects a body with too many lists and objects before parsing it', () => {
  const body = (text: string) => () => parseJsonBody(Buffer.from(text))
  const most = (more: string) => `[${'[],'.repeat(60_000)}${'{},'.repeat(39_998)}${more}]`
  expect(body(most('[]'))).not.toThrow()
  expect(body(most('[],[]'))).toThrow('The body has too many lists and objects: at most 100000 are allowed.')
  expect(body('['.repeat(900_000))).toThrow('too many lists and objects')
  // Those inside a string do not count.
  expect(body(JSON.stringify('"{['.repeat(100_000)))).not.toThrow()
})

const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const utf32 = (text: string) => Buffer.concat([...text].map((each) => Buffer.from(Uint32Array.of(codeOf(each)).buffer)))
const codeOf = (text: string) => text.codePointAt(0) ?? 0
const swapped = (bytes: Buffer, width: number) => {
  const copy = Buffer.from(bytes)
  return width === 2 ? copy.swap16() : copy.swap32()
}
const BOM = '\ufeff'

test('detects the encoding of a body by its first bytes', () => {
  const text = '{"a":"größe 😀"}'
  const bodies = [BOM, ''].flatMap((mark) => [
    Buffer.from(mark + text),
    utf16(mark + text),
    swapped(utf16(mark + text), 2),
    utf32(mark + text),
    swapped(utf32(mark + text), 4),
  ])
  for (const body of bodies) expect(parseJsonBody(body)).toEqual({ a: 'größe 😀' })
  expect(parseJsonBody(utf16('1'))).toBe(1)
})

test('a body that is invalid in its encoding gets Jackson’s error, which does not quote the body', () => {
  const failure = (body: Buffer) => {
    try {
      return parseJsonBody(body)
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(failure(Buffer.from([0x22, 0xff, 0x22, 0x20]))).toMatch(
    /^ERROR: com\.fasterxml\S+JsonParseException: \D+ UTF-8$/,
  )
  expect(failure(Buffer.from('{"a": hunter2}'))).not.toContain('hunter2')
  expect(failure(Buffer.from([0xef, 0xbb, 0xbf]))).toMatch(/JsonParseException/)
  expect(failure(Buffer.from([0, 0, 0xff, 0xfe]))).toMatch(/^ERROR: java\.io\.CharConversionException: .* \(2143\)/)
  expect(failure(Buffer.from([0, 0x7b, 0, 0]))).toMatch(/\(3412\)/)
  expect(failure(Buffer.concat([swapped(utf32('"'), 4), Buffer.from([0, 0x11, 0, 0])]))).toMatch(/0x110000/)
  expect(failure(Buffer.concat([utf32('{}'), Buffer.from([0])]))).toMatch(/middle of a 4-byte/)
  expect(failure(Buffer.from(' \n'))).toBeUndefined()
})

test('a response contains raw JSON verbatim, at any depth', () => {
  const meta = new RawJson('{"a":1.0,"9":"$1","10":1}')
  expect(writeJson([{ meta, more: { meta } }, 1])).toBe(`[{"meta":${meta.text},"more":{"meta":${meta.text}}},1]`)
  expect(writeJson({ a: 1 })).toBe('{"a":1}')
  expect(JSON.stringify({ meta })).toBe('{"meta":{"9":"$1","10":1,"a":1}}')
})
