import { expect, test } from 'vitest'
import { type ExactNumber, sameNumber } from './numbers.ts'
import { parseJson, parseJsonBody } from './read.ts'
import { jsonText, RawJson, writeJson } from './write.ts'

test('an emoji comes back as it is, a number beyond 1e21 with an exponent, where Concord writes both out', () => {
  const sent = '{"\\ud83d\\ude00":1.7976931348623157e308,"\\ufffd":"\\ud83d\\ude00"}'
  expect(jsonText(parseJson(sent))).toBe('{"�":"😀","😀":1.7976931348623157E308}')
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
  expect(() => parseJson(deep(1000))).not.toThrow()
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

const utf32 = (text: string) => Buffer.concat([...text].map((each) => Buffer.from(Uint32Array.of(codeOf(each)).buffer)))
const codeOf = (text: string) => text.codePointAt(0) ?? 0

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
  expect(failure(Buffer.concat([utf32('"').swap32(), Buffer.from([0, 0x11, 0, 0])]))).toMatch(/0x110000/)
  expect(failure(Buffer.concat([utf32('{}'), Buffer.from([0])]))).toMatch(/middle of a 4-byte/)
  expect(failure(Buffer.from(' \n'))).toBeUndefined()
})

test('a response contains raw JSON verbatim, at any depth', () => {
  const meta = new RawJson('{"a":1.0,"9":"$1","10":1}')
  expect(writeJson([{ meta, more: { meta } }, 1])).toBe(`[{"meta":${meta.text},"more":{"meta":${meta.text}}},1]`)
  expect(writeJson({ a: 1 })).toBe('{"a":1}')
  expect(JSON.stringify({ meta })).toBe('{"meta":{"9":"$1","10":1,"a":1}}')
})
