import { describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
import { admin, anonymous, type Caller, withKey } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectJson,
  expectMethodNotAllowed,
  expectResult,
  expectText,
  expectUnauthorized,
  expectValidationError,
  expectViolations,
  jsonOf,
  namesOf,
} from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import { made, newWorld, removeLater, UNKNOWN_ID } from './lib/world.ts'
import { hasNewApiKeys, namePattern, nameViolation } from './versions.ts'

// concord-api §10.

const V1 = '/api/v1/apikey'
const V2 = '/api/v2/apikey'
const WHOAMI = '/api/service/console/whoami'
const NOT_PERMITTED = 'Operation is not permitted'
const GENERATED = /^[0-9A-Za-z+/]{22}$/
const world = newWorld('keys')
const user = await world.user('user')
const other = await world.user('other')
const create = (json: Record<string, unknown>, as: Caller = user) => as.post(V1, { json })
/** A new, unique key value. */
const ownValue = (word: string) => Buffer.from(world.unique(word)).toString('base64')
const whose = async (key: string) => {
  const answer = await withKey(key).get(WHOAMI)
  return answer.status === 200 ? answer.json().username : answer.status
}
const expectCreated = (answer: Answer, name: unknown, result = 'CREATED') =>
  expectJson(answer, {
    ...{ ok: true, id: expect.any(String), key: expect.stringMatching(GENERATED) },
    ...(hasNewApiKeys ? { name, result } : {}),
  })

describe('the list', () => {
  test('has the caller’s own keys, never their values', async () => {
    const lister = await world.user('lister')
    expectJson(await lister.get(V1), [{ id: lister.keyId, userId: lister.id, name: 'main' }])
  })
  test('of another user is for admins', async () => {
    expect(namesOf(await admin.get(V1, { query: { userId: other.id } }))).toEqual(['main'])
    expectText(await user.get(V1, { query: { userId: other.id } }), 403, NOT_PERMITTED)
  })
  test('of the caller may name the caller', async () => {
    expect(namesOf(await user.get(V1, { query: { userId: user.id } }))).toContain('main')
  })
  test('of an unknown user is empty', async () =>
    expectJson(await admin.get(V1, { query: { userId: UNKNOWN_ID } }), []))
  test('is ordered by name', async () => {
    const many = await world.user('many')
    for (const name of ['zebra', 'apple']) made(await create({ name }, many))
    expect(namesOf(await many.get(V1))).toEqual(['apple', 'main', 'zebra'])
  })
  test('requires credentials', async () => expectUnauthorized(await anonymous.get(V1), { challenge: true }))
})

describe('creating', () => {
  test('returns the key, which works at once', async () => {
    const answer = await create({ name: 'works' })
    expectCreated(answer, 'works')
    expect(await whose(answer.json().key)).toBe(user.name)
  })
  test('without a name generates one', async () => {
    const answer = await create({})
    expectCreated(answer, expect.stringMatching(/^key-[0-9a-f-]{36}$/))
    const names = namesOf(await user.get(V1))
    expect(names.some((name) => (hasNewApiKeys ? /^key-[0-9a-f-]{36}$/ : /^key#[0-9a-f-]{36}$/).test(name))).toBe(true)
  })
  test.runIf(hasNewApiKeys)('trims the name', async () =>
    expectCreated(await create({ name: '  trimmed  ' }), 'trimmed'),
  )
  test.runIf(hasNewApiKeys)('treats a blank name as absent', async () => {
    expectCreated(await create({ name: '   ' }), expect.stringMatching(/^key-/))
  })
  test.skipIf(hasNewApiKeys)('checks the untrimmed name', async () => {
    expectViolations(await create({ name: ' abc ' }), { 'CreateApiKeyRequest.create.arg0.name': nameViolation })
  })
  test('accepts a name of 128 characters', async () =>
    expectCreated(await create({ name: 'x'.repeat(128) }), 'x'.repeat(128)))
  test.each(['ab', 'a b', ...(hasNewApiKeys ? ['x'.repeat(129)] : [])])(
    'with the name "%s" is refused',
    async (name) => {
      const answer = await create({ name })
      if (hasNewApiKeys) expectValidationError(answer, `Invalid API key name. Must match ${namePattern}`)
      else expectViolations(answer, { 'CreateApiKeyRequest.create.arg0.name': nameViolation })
    },
  )
  test('with a taken name is rejected', async () => {
    made(await create({ name: 'taken' }))
    expectValidationError(
      await create({ name: 'taken' }),
      hasNewApiKeys ? "API key with name 'taken' already exists" : "API Token with name 'taken' already exists",
    )
  })
  test('names are unique per user', async () => {
    made(await create({ name: 'same' }))
    expectCreated(await create({ name: 'same' }, other), 'same')
  })
  test('for another user is for admins', async () => {
    expectText(await create({ name: 'never', userId: other.id }), 403, NOT_PERMITTED)
    expectText(await create({ name: 'never', username: other.name, userType: 'LOCAL' }), 403, NOT_PERMITTED)
    const answer = await create({ name: 'given', userId: other.id }, admin)
    expectCreated(answer, 'given')
    expect(await whose(answer.json().key)).toBe(other.name)
  })
  test('for a user by name, ignoring case', async () => {
    const json = { name: 'by-name', username: other.name.toUpperCase(), userType: 'LOCAL' }
    const answer = await create(json, admin)
    expectCreated(answer, 'by-name')
    expect(await whose(answer.json().key)).toBe(other.name)
  })
  test('for the caller by name', async () => {
    expectCreated(await create({ name: 'self', username: user.name, userType: 'LOCAL' }), 'self')
  })
  test('for an unknown id is a validation error', async () => {
    expectValidationError(await create({ userId: UNKNOWN_ID }, admin), `User not found: ${UNKNOWN_ID}`)
  })
  test('for an unknown name is a 500', async () => {
    expectText(await create({ username: 'no-such-user' }, admin), 500, 'User not found: no-such-user')
  })
  test('requires credentials', async () =>
    expectUnauthorized(await anonymous.post(V1, { json: {} }), { challenge: true }))
})

describe.runIf(hasNewApiKeys)('a chosen value', () => {
  test('is for admins', async () => {
    expectText(await create({ name: 'never', key: ownValue('a') }), 403, 'Not allowed to specify the API key value.')
  })
  test('works like a generated one', async () => {
    const key = ownValue('mine')
    const answer = await create({ name: 'mine', userId: other.id, key }, admin)
    expect(jsonOf(answer)).toMatchObject({ name: 'mine', key, result: 'CREATED' })
    expect(await whose(key)).toBe(other.name)
  })
  test('that is already in use is rejected', async () => {
    const key = ownValue('twice')
    made(await create({ name: 'once', userId: user.id, key }, admin))
    expectValidationError(
      await create({ name: 'twice', userId: other.id, key }, admin),
      'Duplicate API key name: twice',
    )
  })
  const tooShort = 'The API key is too short: it must be base64 of at least 8 bytes'
  const short = Buffer.from(world.unique('x')).subarray(-5).toString('base64')
  const longEnough = Buffer.from(world.unique('x')).subarray(-8).toString('base64')
  onlyOnConcord('shortApiKey')('can be a few bytes', async () => {
    made(await create({ name: 'short', userId: other.id, key: short }, admin))
    expect(await whose(short)).toBe(other.name)
  })
  onlyOnOurs('shortApiKey')('has at least 8 bytes', async () => {
    for (const key of [short, 'AA==']) {
      expectValidationError(await create({ name: 'short', userId: other.id, key }, admin), tooShort)
      expectValidationError(await admin.post(V2, { json: { name: 'short', userId: other.id, key } }), tooShort)
    }
    for (const path of [V1, V2]) {
      expectFailure(await admin.post(path, { json: { name: 'short', userId: other.id, key: '' } }))
    }
    made(await create({ name: 'long-enough', userId: other.id, key: longEnough }, admin))
  })
  test('must be base64', async () => {
    expectFailure(
      await create({ name: 'never', userId: other.id, key: '***' }, admin),
      'java.lang.IllegalArgumentException',
    )
  })
})

test.skipIf(hasNewApiKeys)('a chosen value is ignored', async () => {
  expectCreated(await create({ name: 'ignored', key: ownValue('x') }), 'ignored')
})

describe.runIf(hasNewApiKeys)('v2', () => {
  const save = (json: Record<string, unknown>, as: Caller = user) => as.post(V2, { json })

  test('creates', async () => expectCreated(await save({ name: 'v2' }), 'v2'))
  test('overwrites the key with that name: the old value stops working', async () => {
    const before = made(await create({ name: 'over' }))
    const answer = await save({ name: 'over' })
    expectCreated(answer, 'over', 'UPDATED')
    expect(answer.json().id).toBe(before.id)
    expect(await whose(before.key)).toBe(401)
    expect(await whose(answer.json().key)).toBe(user.name)
  })
  test('without a name generates one', async () =>
    expectCreated(await save({}), expect.stringMatching(/^key#[0-9a-f-]{36}$/)))
  test('does not check the name', async () => expectCreated(await save({ name: 'a b' }), 'a b'))
  test('for another user is for admins', async () =>
    expectText(await save({ name: 'x', userId: other.id }), 403, NOT_PERMITTED))
  test('knows POST only', async () => expectMethodNotAllowed(await user.get(V2), 'OPTIONS, POST'))
})

test.skipIf(hasNewApiKeys)('v2 does not exist', async () => expectEmpty(await user.post(V2, { json: {} }), 404))

describe.runIf(hasNewApiKeys)('a key without a user', async () => {
  const make = (name: string, as: Caller) => as.post(`${V1}/${name}`, { type: 'application/json' })
  const answer = hasNewApiKeys ? await make(world.unique('bare'), admin) : undefined
  const bare = withKey(answer?.status === 200 ? answer.json().key : 'AAAA')
  if (answer?.status === 200) removeLater(`${V1}/${answer.json().id}`)

  test('can be created by admins', () => expect(answer).toMatchObject({ status: 200 }))
  test('has a unique name', async () => {
    const { name } = answer?.json() ?? {}
    expectValidationError(await make(name, admin), `Duplicate API key name: ${name}`)
  })
  test('needs a name that matches the pattern', async () => expect((await make('a%20b', admin)).status).toBe(400))
  test('cannot be deleted', async () => {
    const { id } = answer?.json() ?? {}
    expectValidationError(await admin.delete(`${V1}/${id}`), `API key not found: ${id}`)
  })
  test('cannot be created by others', async () => {
    expectFailure(await make('never', user), 'org.apache.shiro.authz.AuthorizationException: Only admins')
  })
  test('has no user: whoami fails', async () => {
    expectText(await bare.get(WHOAMI), 500, "Can't determine current user: principal not found")
  })
  test('reads one organization', async () => expect(jsonOf(await bare.get('/api/v1/org/Default')).name).toBe('Default'))
  test('is refused where a user is required', async () => {
    const PRINCIPAL = 'com.walmartlabs.concord.server.security.UserPrincipal'
    expectText(await bare.get(V1), 401, `Can't determine the current principal (${PRINCIPAL})`)
  })
})

describe('deleting', () => {
  test('ends the key', async () => {
    const { id, key } = made(await create({ name: 'ending' }))
    expectResult(await user.delete(`${V1}/${id}`), 'DELETED')
    expect(await whose(key)).toBe(401)
    expectValidationError(await user.delete(`${V1}/${id}`), `API key not found: ${id}`)
  })
  test('of another user’s key is denied', async () =>
    expectText(await user.delete(`${V1}/${other.keyId}`), 403, NOT_PERMITTED))
  test('of any key is allowed for admins', async () => {
    const { id } = made(await create({ name: 'admins' }))
    expectResult(await admin.delete(`${V1}/${id}`), 'DELETED')
  })
  test('of an unknown key is a validation error', async () => {
    expectValidationError(await user.delete(`${V1}/${UNKNOWN_ID}`), `API key not found: ${UNKNOWN_ID}`)
  })
  test('requires a UUID', async () => expectEmpty(await user.delete(`${V1}/abc`), 404))
  test('requires credentials', async () =>
    expectUnauthorized(await anonymous.delete(`${V1}/${user.keyId}`), { challenge: true }))
})
