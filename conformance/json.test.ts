import { describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
import { admin } from './lib/caller.ts'
import { expectFailure, expectIdResult, expectResult, expectValidationError, jsonOf } from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import { server } from './lib/server.ts'
import { made, newWorld, removeLater } from './lib/world.ts'

// concord-api §1 and §5: JSON bodies, and how `meta`, `cfg` and the rules of policies are returned.

const ORG = '/api/v1/org'
const world = newWorld('json')
const org = await world.org('org')

const save = (body: string | Buffer): Promise<Answer> => admin.post(ORG, { body, type: 'application/json' })

/** The meta of an organization as text, after creating it with the given one. */
async function metaAfter(meta: string): Promise<string> {
  expectIdResult(await save(`{"name":"${org.name}","meta":${meta}}`), 'UPDATED')
  return metaOf(await admin.get(org.v1))
}

const metaOf = ({ text }: Answer) => /"meta":(.*)\}$/s.exec(text)?.[1] ?? text

describe('numbers', () => {
  test.each([
    [
      'integers, of any length',
      '[7,123,9007199254740993,-12345678901234567890,-0]',
      '[7,123,9007199254740993,-12345678901234567890,0]',
    ],
    ['with a fraction, as doubles', '[123.0,124.50,0.10,0.5,-0.0,9999999.0]', '[123.0,124.5,0.1,0.5,0.0,9999999.0]'],
    [
      'with an exponent, as Java writes them',
      '[1E5,1e+2,1.5e-7,1e-5,0.001,0e10]',
      '[100000.0,100.0,1.5E-7,1.0E-5,0.001,0.0]',
    ],
    [
      'above ten million, as integers if they have no fraction',
      '[12345678.0,-12345678.0,1e7,1e20,123456789012345680000.0,12345678.5]',
      '[12345678,-12345678,10000000,100000000000000000000,123456789012345680000,1.23456785E7]',
    ],
    ['beyond all doubles, as words', '[1e400,-1e400]', '["Infinity","-Infinity"]'],
  ])('are returned %s', async (_, sent, expected) => {
    expect(await metaAfter(`{"a":${sent}}`)).toBe(`{"a":${expected}}`)
  })

  test('so in cfg, in projects, in repositories and in lists', async () => {
    const org = await world.org('cfg')
    const numbers = '{"a":123.0,"z":9007199254740993}'
    await save(`{"name":"${org.name}","cfg":${numbers}}`)
    expect((await admin.get(org.v1)).text).toContain(`"cfg":${numbers}`)
    expect((await admin.get(ORG, { query: { filter: org.name } })).text).toContain(`"cfg":${numbers}`)
    const repository = `{"url":"https://git.invalid/x","branch":"main","disabled":true,"meta":${numbers}}`
    const project = `{"name":"numbers","meta":${numbers},"cfg":${numbers},"repositories":{"repo":${repository}}}`
    made(await admin.post(`${org.v1}/project`, { body: project, type: 'application/json' }))
    const { text } = await admin.get(`${org.v1}/project/numbers`)
    expect(text.split(numbers)).toHaveLength(4)
  })

  test('where text is expected become text', async () => {
    removeLater(`${ORG}/123.50?confirmation=yes`)
    expectIdResult(await save('{"name":123.50}'), 'CREATED')
    expect(jsonOf(await admin.get(`${ORG}/123.50`)).name).toBe('123.50')
    made(await admin.delete(`${ORG}/123.50?confirmation=yes`))
  })

  test('of more than 1,000 digits, or nested more than 1,000 levels deep, are a failure', async () => {
    expectFailure(await save(`{"name":"${org.name}","meta":{"a":${'1'.repeat(1001)}}}`), 'com.fasterxml.jackson.')
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expectFailure(await save(`{"name":"${org.name}","meta":{"a":${deep(999)}}}`), 'com.fasterxml.jackson.')
    expectFailure(await save(`{"name":"${org.name}","unknown":${deep(1000)}}`), 'com.fasterxml.jackson.')
    expect(await metaAfter(`{"a":${deep(998)}}`)).toBe(`{"a":${deep(998)}}`)
  })
})

describe('objects', () => {
  test('are returned with keys sorted by length and bytes, the last of equal ones, and without nulls', async () => {
    const sent = '{"é":1,"zz":2,"b":3,"ab":5,"B":6,"":7,"10":8,"9":9,"\\ufffd":1,"n":null,"l":[null,{"x":null}],"b":4}'
    expect(await metaAfter(sent)).toBe('{"":7,"9":9,"B":6,"b":4,"l":[null,{}],"10":8,"ab":5,"zz":2,"é":1,"�":1}')
  })
  test.each(['{"a":"1.0"}', '{"a":"\\"1.0"}', '{"1.0":"\\\\\\"1e5"}'])(
    'keep texts that look like numbers: %s',
    async (meta) => {
      expect(await metaAfter(meta)).toBe(meta)
    },
  )
  test('may have any keys', async () => {
    expect(await metaAfter('{"__proto__":{"x":1},"constructor":2}')).toBe('{"__proto__":{"x":1},"constructor":2}')
  })
  test('lose the characters that the database cannot store', async () => {
    expect(await metaAfter('{"s":"a\\u0000b","t":"\\ud800x"}')).toBe('{"s":"ab","t":"?x"}')
  })
})

describe.runIf(server.policies)('a policy', async () => {
  const POLICY = '/api/v2/policy'
  const name = world.unique('numbers')

  test('compares numbers by value, and returns its rules unchanged', async () => {
    removeLater(`${POLICY}/${name}`)
    const rule = '{"msg":"no","action":"update","entity":"org","conditions":{"entity":{"meta":{"v":123.0}}}}'
    const rules = `{"big":9007199254740993,"entity":{"deny":[${rule}]}}`
    made(await admin.post(POLICY, { body: `{"name":"${name}","rules":${rules}}`, type: 'application/json' }))
    expect((await admin.get(`${POLICY}/${name}`)).text).toContain(`"rules":${rules}`)
    const { v1, name: orgName } = await world.org('ruled')
    expectResult(await admin.put(`${POLICY}/${name}/link`, { json: { orgName } }), 'UPDATED')
    for (const number of ['123.0', '123.00', '1.23e2']) {
      expectValidationError(await save(`{"name":"${orgName}","meta":{"v":${number}}}`), 'Action forbidden: no')
    }
    expectIdResult(await save(`{"name":"${orgName}","meta":{"v":124.0}}`), 'UPDATED')
    expect(metaOf(await admin.get(v1))).toBe('{"v":124.0}')
    expect(jsonOf(await admin.delete(`${POLICY}/${name}`)).ok).toBe(true)
  })
})

describe('a body', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le')
  const utf32 = (text: string) => {
    const bytes = Buffer.alloc(4 * [...text].length)
    for (const [i, each] of [...text].entries()) bytes.writeUInt32LE(each.codePointAt(0) ?? 0, 4 * i)
    return bytes
  }
  const encodings: [string, (text: string) => Buffer][] = [
    ['UTF-8', (text) => Buffer.from(text)],
    ['UTF-16, little endian', utf16],
    ['UTF-16, big endian', (text) => utf16(text).swap16()],
    ['UTF-32, little endian', utf32],
    ['UTF-32, big endian', (text) => utf32(text).swap32()],
  ]

  test.each(encodings)('in %s is accepted, with and without a byte order mark', async (encoding, encode) => {
    for (const mark of ['', '\ufeff']) {
      const meta = `{"s":"größe ${encoding}${mark && ' marked'}"}`
      expectIdResult(await save(encode(`${mark}{"name":"${org.name}","meta":${meta}}`)), 'UPDATED')
      expect(metaOf(await admin.get(org.v1))).toBe(meta)
    }
  })

  test('is UTF-8 whatever its content type says', async () => {
    const body = `{"name":"${org.name}","meta":{"s":"größe"}}`
    made(await admin.post(ORG, { body, type: 'application/json; charset=iso-8859-1' }))
    expect(metaOf(await admin.get(org.v1))).toBe('{"s":"größe"}')
  })

  test('that is invalid in its encoding fails', async () => {
    const broken = (...bytes: number[]) =>
      Buffer.concat([Buffer.from(`{"name":"${org.name}","meta":{"s":"`), Buffer.from(bytes), Buffer.from('"}}')])
    expectFailure(await save(broken(0xff)), 'com.fasterxml.jackson.')
    expectFailure(await save(broken(0xc3)), 'com.fasterxml.jackson.')
    expectFailure(await save(Buffer.from([0, 0, 0xff, 0xfe, 0x7b, 0x7d])), 'java.io.CharConversionException')
    expectFailure(await save(Buffer.from([0xef, 0xbb, 0xbf])), 'com.fasterxml.jackson.core.JsonParseException')
  })

  const overlong = Buffer.concat([
    Buffer.from(`{"name":"${org.name}","meta":{"s":"`),
    Buffer.from([0xc0, 0xaf]),
    Buffer.from('"}}'),
  ])
  onlyOnConcord('strictUtf8')('may spell a character with more bytes than it needs', async () => {
    expectIdResult(await save(overlong), 'UPDATED')
  })
  onlyOnOurs('strictUtf8')('may not spell a character with more bytes than it needs', async () => {
    expectFailure(await save(overlong), 'com.fasterxml.jackson.')
  })
})
