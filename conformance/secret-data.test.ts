import { describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectJson,
  expectMethodNotAllowed,
  expectNoOrg,
  expectSecretForbidden,
  expectText,
  expectUnauthorized,
  expectViolations,
  jsonOf,
} from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import { type Form, utf8 } from './lib/multipart.ts'
import { KEY_PAIR, LOGIN, newWorld, PRIVATE_KEY, PUBLIC_KEY, type Secret, STORE_PASSWORD } from './lib/world.ts'
import { nameViolation } from './versions.ts'

// concord-api §9.8, §9.9.

const world = newWorld('data')
const [owner, member, outsider, reader, writer] = await Promise.all([
  world.user('owner'),
  world.user('member'),
  world.user('outsider'),
  world.user('reader', { roles: ['concordSystemReader'] }),
  world.user('writer', { roles: ['concordSystemWriter'] }),
])
const org = await world.org('org')
await world.team(org, 'team', { MEMBER: [member, owner] })
const project = await world.project(org, 'project')
const bytes = Buffer.from([0, 1, 2, 255, 254, 13, 10, 128])
const plain = await world.secret(org, { name: 'plain', data: bytes, type: 'DATA' }, owner)
const closed = await world.secret(org, { name: 'closed', visibility: 'PRIVATE' }, owner)
const locked = await world.secret(org, { name: 'locked', storePassword: STORE_PASSWORD }, owner)
const pair = await world.secret(org, { name: 'pair', ...KEY_PAIR }, owner)
const lockedPair = await world.secret(org, { name: 'locked-pair', ...KEY_PAIR, storePassword: STORE_PASSWORD }, owner)
const scoped = await world.secret(org, { name: 'scoped', projectIds: project.id }, owner)
const scopedLocked = await world.secret(
  org,
  { name: 'scoped-locked', projectIds: project.id, storePassword: STORE_PASSWORD },
  owner,
)

const read = (secret: Secret, as: Caller = owner, form: Form = {}) => as.post(`${secret.v1}/data`, { form })

function expectValue(answer: Answer, type: string, value: Buffer) {
  expect({ status: answer.status, type: answer.type }).toEqual({ status: 200, type: 'application/octet-stream' })
  expect(answer.headers).toMatchObject({
    'x-concord-secrettype': [type],
    'cache-control': ['no-cache, no-store, must-revalidate'],
  })
  expect(answer.bytes.toString('hex')).toBe(value.toString('hex'))
}
const expectRefused = (answer: Answer, secret: Secret, reason: string) =>
  expect({ status: answer.status, type: answer.type, text: answer.text }).toEqual({
    ...{ status: 400, type: 'application/octet-stream' },
    text: `Error while fetching a secret '${secret.name}': ${reason}`,
  })
const expectScoped = (answer: Answer, { name }: Secret) =>
  expectText(answer, 403, `Project-scoped secrets can only be accessed within a running process. Secret: ${name}`)

const int16 = (n: number) => Buffer.from([n >> 8, n & 255])
const int32 = (n: number) => Buffer.concat([int16(n >> 16), int16(n & 0xffff)])

describe('formats', () => {
  test('DATA is the bytes themselves', async () => expectValue(await read(plain), 'DATA', bytes))

  test('USERNAME_PASSWORD is uint16 length and username, int32 length and password', async () => {
    const secret = await world.secret(org, LOGIN, owner)
    const value = [int16(3), Buffer.from('joe'), int32(10), Buffer.from('pa:ss word')]
    expectValue(await read(secret), 'USERNAME_PASSWORD', Buffer.concat(value))
  })

  test('a username is modified UTF-8: surrogates apart, three bytes each; a password is UTF-8', async () => {
    const secret = await world.secret(
      org,
      { type: 'USERNAME_PASSWORD', username: utf8('ü😀'), password: utf8('ü😀') },
      owner,
    )
    const username = Buffer.from('c3bceda0bdedb880', 'hex')
    const password = Buffer.from('ü😀')
    const value = [int16(username.length), username, int32(password.length), password]
    expectValue(await read(secret), 'USERNAME_PASSWORD', Buffer.concat(value))
  })

  test('KEY_PAIR is int32 length and bytes of the public, then of the private key', async () => {
    const key = Buffer.from(PUBLIC_KEY)
    const value = [int32(key.length), key, int32(PRIVATE_KEY.length), PRIVATE_KEY]
    expectValue(await read(pair), 'KEY_PAIR', Buffer.concat(value))
  })

  test('a generated pair is an OpenSSH public key and a PEM private key', async () => {
    const secret = await world.secret(org, { type: 'KEY_PAIR' }, owner)
    const { bytes } = await read(secret)
    const length = bytes.readInt32BE(0)
    expect(bytes.subarray(4, 4 + length).toString()).toMatch(/^ssh-rsa \S+ concord-server\n?$/)
    expect(bytes.subarray(8 + length).toString()).toMatch(
      /^-----BEGIN RSA PRIVATE KEY-----\n[\s\S]+-----END RSA PRIVATE KEY-----\n?$/,
    )
    expect(bytes.readInt32BE(4 + length)).toBe(bytes.length - 8 - length)
  })
})

describe('store passwords', () => {
  test('open', async () =>
    expectValue(await read(locked, owner, { storePassword: STORE_PASSWORD }), 'DATA', Buffer.from('value')))
  test('open for a non-member too, if the secret is PUBLIC', async () => {
    expectValue(await read(locked, outsider, { storePassword: STORE_PASSWORD }), 'DATA', Buffer.from('value'))
  })
  test('are trimmed', async () =>
    expect((await read(locked, owner, { storePassword: ` ${STORE_PASSWORD} ` })).text).toBe('value'))
  test('ignore the case of the field’s name', async () => {
    expect((await read(locked, owner, { STOREPASSWORD: STORE_PASSWORD })).text).toBe('value')
  })
  test.each([{}, { storePassword: ' ' }])('are required: %o is a 400', async (form) => {
    expectRefused(await read(locked, owner, form), locked, "The secret 'locked' requires a password to decrypt")
  })
  test('are rejected for a secret without one', async () => {
    expectRefused(await read(plain, owner, { storePassword: 'x' }), plain, "Not a password-protected secret 'plain'")
  })

  const WRONG =
    'Error decrypting a secret: Given final block not properly padded. Such issues can arise if a bad key is used during decryption.. Invalid input data and/or a password.'
  const wrong = async () => {
    const answers = []
    for (const storePassword of ['Wrong-1', 'Wrong-2', 'Wrong-3'])
      answers.push(await read(locked, owner, { storePassword }))
    return answers
  }
  onlyOnConcord('wrongStorePassword')(
    'that are wrong are a 400, except for 1 of 256, which yields garbage',
    async () => {
      const refused = (await wrong()).filter(({ status }) => status === 400)
      expect(refused.length).toBeGreaterThanOrEqual(1)
      for (const answer of refused) expectRefused(answer, locked, WRONG)
    },
  )
  onlyOnOurs('wrongStorePassword')('that are wrong are a 400', async () => {
    for (const answer of await wrong()) expectRefused(answer, locked, WRONG)
  })
})

describe('project-scoped secrets', () => {
  test.each<[string, Caller]>([
    ['their owner', owner],
    ['an admin', admin],
    ['a member', member],
    ['a system writer', writer],
  ])('are not for %s', async (_, as) => expectScoped(await read(scoped, as), scoped))
  test('are for system readers', async () => expect((await read(scoped, reader)).text).toBe('value'))
  test('are denied before the password is checked', async () => {
    expectScoped(await read(scopedLocked, owner, { storePassword: 'wrong' }), scopedLocked)
  })
})

describe('who and where', () => {
  test('a non-member can read the value of a PUBLIC secret', async () =>
    expectValue(await read(plain, outsider), 'DATA', bytes))
  test('a member cannot read that of a PRIVATE one', async () =>
    expectSecretForbidden(await read(closed, member), 'READER', 'closed'))
  test('the permission comes before the password', async () => {
    expectSecretForbidden(await read(closed, member, { storePassword: 'x' }), 'READER', 'closed')
  })
  test('a missing secret is a 404 without a body', async () => {
    expectEmpty(await outsider.post(`${org.v1}/secret/nope/data`, { form: {} }), 404)
  })
  test('the name is not checked', async () =>
    expectEmpty(await owner.post(`${org.v1}/secret/a%20b/data`, { form: {} }), 404))
  test('the organization must exist', async () =>
    expectNoOrg(await owner.post('/api/v1/org/no-such-org/secret/plain/data', { form: {} })))
  test('credentials are wanted', async () => expectUnauthorized(await read(plain, anonymous), { challenge: true }))
})

describe('the request', () => {
  test('may have no parts', async () => expectValue(await read(plain), 'DATA', bytes))
  test('may have an empty body', async () => {
    const answer = await owner.post(`${plain.v1}/data`, { body: '', type: 'multipart/form-data; boundary=x' })
    expectValue(answer, 'DATA', bytes)
  })
  test('needs a content type', async () => expectEmpty(await owner.post(`${plain.v1}/data`), 415))
  test('must not be JSON', async () => expectEmpty(await owner.post(`${plain.v1}/data`, { json: {} }), 415))
  test('cannot be requested as JSON', async () =>
    expectEmpty(await owner.post(`${plain.v1}/data`, { form: {}, accept: 'application/json' }), 406))
  test('is a POST', async () => expectMethodNotAllowed(await owner.get(`${plain.v1}/data`), 'OPTIONS, POST'))
})

describe('the public key', () => {
  const get = (secret: Secret, as: Caller = owner) => as.get(`${secret.v1}/public`)
  const refused = (answer: Answer, text: string) =>
    expect({ status: answer.status, type: answer.type, text: answer.text }).toEqual({
      status: 400,
      type: 'application/json',
      text,
    })

  test('is returned with the secret’s id', async () =>
    expectJson(await get(pair), { ok: true, id: pair.id, publicKey: PUBLIC_KEY }))
  test('of a PUBLIC secret is for non-members too', async () =>
    expect(jsonOf(await get(pair, outsider)).publicKey).toBe(PUBLIC_KEY))
  test('of a project-scoped pair is available', async () => {
    const secret = await world.secret(org, { ...KEY_PAIR, projectIds: project.id }, owner)
    expect(jsonOf(await get(secret)).publicKey).toBe(PUBLIC_KEY)
  })
  test('of a password-protected pair is not: the error is text labelled as JSON', async () => {
    refused(
      await get(lockedPair),
      "Error while fetching a secret 'locked-pair': The secret 'locked-pair' requires a password to decrypt",
    )
  })
  test('does not exist for other types', async () => {
    refused(
      await get(plain),
      "Error while fetching a secret 'plain': Invalid secret type: plain, expected KEY_PAIR, got: DATA",
    )
  })
  test.each(['public', 'private'])(
    'is not available if the %s key has more than 8192 bytes, but the pair is',
    async (which) => {
      const name = `big-${which}`
      const secret = await world.secret(org, { ...KEY_PAIR, name, [which]: Buffer.alloc(8193, 'a') }, owner)
      refused(await get(secret), `Error while fetching a secret '${name}': Invalid key length: 8193`)
      expect((await read(secret)).bytes.length).toBeGreaterThan(8193)
    },
  )
  test('of a PRIVATE secret is denied to a member', async () =>
    expectSecretForbidden(await get(closed, member), 'READER', 'closed'))
  test('of a missing secret is a 404 without a body', async () =>
    expectEmpty(await owner.get(`${org.v1}/secret/nope/public`), 404))
  test('the name is checked', async () => {
    expectViolations(await owner.get(`${org.v1}/secret/a%20b/public`), {
      'SecretResource.getPublicKey.arg1': nameViolation,
    })
  })
  test('credentials are wanted', async () => expectUnauthorized(await get(pair, anonymous), { challenge: true }))
})
