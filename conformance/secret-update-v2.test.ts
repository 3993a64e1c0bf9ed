import { beforeAll, describe, expect, test } from 'vitest'
import { onlyOnOurs } from './differences.ts'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectNoOrg,
  expectNotInOrg,
  expectResult,
  expectSecretForbidden,
  expectText,
  expectUnauthorized,
  expectValidationError,
  expectViolations,
  jsonOf,
} from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import type { Form } from './lib/multipart.ts'
import {
  KEY_PAIR,
  LOGIN,
  newWorld,
  OTHER_PASSWORD,
  PUBLIC_KEY,
  type Secret,
  STORE_PASSWORD,
  secretNamed,
  TIMESTAMP,
  UNKNOWN_ID,
} from './lib/world.ts'
import { nameViolation } from './versions.ts'

// concord-api §9.6, the multipart update.

const SERVER_KEY = "The secret is encrypted with the server's key, the 'storePassword' cannot be changed"
const world = newWorld('upv2')
const [owner, member, heir, outsider] = await Promise.all([
  world.user('owner'),
  world.user('member'),
  world.user('heir'),
  world.user('outsider'),
])
const org = await world.org('org')
const other = await world.org('other')
await world.team(org, 'team', { MEMBER: [owner, member, heir] })
const one = await world.project(org, 'one')
const two = await world.project(org, 'two')
const hidden = await world.project(org, 'hidden', { visibility: 'PRIVATE' })
const foreign = await world.project(other, 'foreign')

const fresh = (form: Form & { name?: string } = {}) => world.secret(org, form, owner)
/** An update that keeps the secret PUBLIC, like this file's secrets by default. */
const update = (secret: Secret, form: Form, as: Caller = owner) => as.post(secret.v2, { form })
const entry = async (secret: Secret) => jsonOf(await admin.get(secret.v2))
const value = async (secret: Secret, form: Form = {}) => (await owner.post(`${secret.v1}/data`, { form })).text
const projects = async (secret: Secret) =>
  (await entry(secret)).projects.map(({ name }: { name: string }) => name).toSorted()

describe('visibility', () => {
  test('is PUBLIC if it is not sent', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    expectResult(await update(secret, {}), 'UPDATED')
    expect((await entry(secret)).visibility).toBe('PUBLIC')
  })
  test('is PUBLIC if it is blank', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    expectResult(await update(secret, { visibility: ' ' }), 'UPDATED')
    expect((await entry(secret)).visibility).toBe('PUBLIC')
  })
  test('is set to the sent value', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { visibility: 'PRIVATE' }), 'UPDATED')
    expect((await entry(secret)).visibility).toBe('PRIVATE')
  })
  test('in lower case is rejected, even for a missing secret', async () => {
    expectText(await update(await fresh(), { visibility: 'private' }), 400, 'Invalid visibility value: private')
    expectText(await update(secretNamed(org, 'nope'), { visibility: 'x' }), 400, 'Invalid visibility value: x')
  })
})

describe('renaming', () => {
  test('keeps the id', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { name: '  renamed  ' }), 'UPDATED')
    expect((await entry(secretNamed(org, 'renamed'))).id).toBe(secret.id)
  })
  test('to the same name is rejected', async () => {
    const secret = await fresh()
    expectValidationError(await update(secret, { name: secret.name }), `Secret already exists: ${secret.name}`)
  })
  test('to a taken name is rejected, quoting the old one', async () => {
    const [secret, taken] = [await fresh(), await fresh()]
    expectValidationError(await update(secret, { name: taken.name }), `Secret already exists: ${secret.name}`)
  })
  test('to a blank keeps the name', async () => expectResult(await update(await fresh(), { name: '  ' }), 'UPDATED'))
  test('to 129 characters is a 500, to 128 works', async () => {
    const secret = await fresh()
    expectFailure(await update(secret, { name: 'k'.repeat(129) }), 'org.jooq.exception.')
    expectResult(await update(secret, { name: 'k'.repeat(128) }), 'UPDATED')
  })
  test('to a name that could not be created works', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { name: 'x y' }), 'UPDATED')
    expect((await entry(secretNamed(org, 'x y'))).id).toBe(secret.id)
  })
})

describe('the owner', () => {
  test('is given by ownerId', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { ownerId: heir.id }), 'UPDATED')
    expect((await entry(secret)).owner.id).toBe(heir.id)
  })
  test('can be changed by owners only', async () => {
    const secret = await fresh()
    expectSecretForbidden(await update(secret, { ownerId: heir.id }, member), 'OWNER', secret.name)
  })
  test('may be sent unchanged by others', async () =>
    expectResult(await update(await fresh(), { ownerId: owner.id }, member), 'UPDATED'))
  test('with an unknown id is a validation error', async () => {
    expectValidationError(await update(await fresh(), { ownerId: UNKNOWN_ID }), `User not found: ${UNKNOWN_ID}`)
  })
  test('that is not a UUID is a 500', async () => {
    expectText(await update(await fresh(), { ownerId: 'abc' }), 500, 'Error parsing the request')
  })
})

describe('projects', () => {
  test.each<[string, Form]>([
    ['projectIds', { projectIds: `${one.id},${two.id}` }],
    ['projects', { projects: 'one,two' }],
  ])('are replaced by %s', async (_, form) => {
    const secret = await fresh({ projectIds: one.id })
    expectResult(await update(secret, form), 'UPDATED')
    expect(await projects(secret)).toEqual(['one', 'two'])
  })
  test.each<[string, Form]>([
    ['projectId', { projectId: two.id }],
    ['project', { project: 'two' }],
  ])('are replaced by one %s', async (_, form) => {
    const secret = await fresh({ projectIds: one.id })
    expectResult(await update(secret, form), 'UPDATED')
    expect(await projects(secret)).toEqual(['two'])
  })
  test('are kept by an empty list', async () => {
    const secret = await fresh({ projectIds: one.id })
    expectResult(await update(secret, { projectIds: '' }), 'UPDATED')
    expect(await projects(secret)).toEqual(['one'])
  })
  test.each(['true', 'TRUE'])(
    'are all removed by removeProjectLink=%s, which takes precedence over ids',
    async (value) => {
      const secret = await fresh({ projectIds: one.id })
      expectResult(await update(secret, { removeProjectLink: value, projectIds: two.id }), 'UPDATED')
      expect(await projects(secret)).toEqual([])
    },
  )
  test.each(['false', 'no'])('are kept by removeProjectLink=%s', async (value) => {
    const secret = await fresh({ projectIds: one.id })
    expectResult(await update(secret, { removeProjectLink: value }), 'UPDATED')
    expect(await projects(secret)).toEqual(['one'])
  })
  test('of another organization are rejected', async () => {
    expectValidationError(
      await update(await fresh(), { projectIds: foreign.id }, admin),
      `Project 'foreign' does not belong to organization '${org.name}'`,
    )
  })
  test('that the caller cannot read are rejected', async () => {
    const text = `The current user (${owner.name}) doesn't have the necessary access level (READER) to the project: hidden`
    expectText(await update(await fresh(), { projectIds: hidden.id }), 403, text)
  })
  test('with a bad UUID are a 500', async () =>
    expectText(await update(await fresh(), { projectIds: 'x' }), 500, 'Error parsing the request'))
  test('with an unknown id are a validation error', async () => {
    expectValidationError(await update(await fresh(), { projectIds: UNKNOWN_ID }), `Project not found: ${UNKNOWN_ID}`)
  })
  test('with an unknown name are a validation error, even for a missing secret', async () => {
    expectValidationError(await update(await fresh(), { projects: 'nope' }), 'Project not found: nope')
    expectValidationError(await update(secretNamed(org, 'nope'), { projects: 'nope' }), 'Project not found: nope')
  })
})

describe('the value', () => {
  test('is replaced with its type', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { type: 'DATA', data: Buffer.from('new value') }), 'UPDATED')
    expect(await value(secret)).toBe('new value')
    expect((await entry(secret)).lastUpdatedAt).toMatch(TIMESTAMP)
  })
  test('is ignored without a type', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { data: Buffer.from('lost') }), 'UPDATED')
    expect(await value(secret)).toBe('value')
  })
  test('may change the type', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { ...LOGIN, type: 'username_password' }), 'UPDATED')
    expect((await entry(secret)).type).toBe('USERNAME_PASSWORD')
    expectResult(await update(secret, KEY_PAIR), 'UPDATED')
    expect(jsonOf(await owner.get(`${secret.v1}/public`)).publicKey).toBe(PUBLIC_KEY)
  })
  test.each<[string, Form, string]>([
    ['a pair without keys', { type: 'KEY_PAIR' }, 'public not specified'],
    ['a pair without its private key', { type: 'KEY_PAIR', public: Buffer.from('x') }, 'private not specified'],
    ['a login without a password', { type: 'USERNAME_PASSWORD', username: 'x' }, 'password not specified'],
    ['a login without a username', { type: 'USERNAME_PASSWORD', password: 'x' }, 'username not specified'],
    ['data without data', { type: 'DATA' }, 'data not specified'],
  ])('is rejected: %s', async (_, form, text) => expectText(await update(await fresh(), form), 400, text))
  test('of an unknown type is rejected', async () => {
    expectValidationError(await update(await fresh(), { type: 'FILE' }), 'Unsupported secret type: FILE')
  })
  test('over 1 MiB is a 500', async () => {
    expectFailure(
      await update(await fresh(), { type: 'DATA', data: Buffer.alloc(1024 * 1024 + 1) }),
      'java.lang.IllegalArgumentException: File size exceeds limit of 1048576 bytes',
    )
  })
  test('of a password-protected secret needs the password', async () => {
    const secret = await fresh({ storePassword: STORE_PASSWORD })
    const data = { type: 'DATA', data: Buffer.from('changed') }
    expectText(await update(secret, data), 400, "Updating the secret's data requires the original 'storePassword'")
    expectResult(await update(secret, { ...data, storePassword: STORE_PASSWORD }), 'UPDATED')
    expect(await value(secret, { storePassword: STORE_PASSWORD })).toBe('changed')
  })
})

describe('the store password', () => {
  const locked = () => fresh({ storePassword: STORE_PASSWORD })

  test('is changed, and keeps the value', async () => {
    const secret = await locked()
    expectResult(await update(secret, { storePassword: STORE_PASSWORD, newStorePassword: OTHER_PASSWORD }), 'UPDATED')
    expect(await value(secret, { storePassword: OTHER_PASSWORD })).toBe('value')
  })
  test('is changed together with the value', async () => {
    const secret = await locked()
    const form = {
      type: 'DATA',
      data: Buffer.from('both'),
      storePassword: STORE_PASSWORD,
      newStorePassword: OTHER_PASSWORD,
    }
    expectResult(await update(secret, form), 'UPDATED')
    expect(await value(secret, { storePassword: OTHER_PASSWORD })).toBe('both')
  })
  test('is trimmed', async () => {
    const secret = await locked()
    expectResult(
      await update(secret, { storePassword: STORE_PASSWORD, newStorePassword: ` ${OTHER_PASSWORD} ` }),
      'UPDATED',
    )
    expect(await value(secret, { storePassword: OTHER_PASSWORD })).toBe('value')
  })
  test('is not checked against the rules', async () => {
    expectResult(await update(await locked(), { storePassword: STORE_PASSWORD, newStorePassword: 'x' }), 'UPDATED')
  })
  onlyOnOurs('wrongStorePassword')('that is wrong is a 500', async () => {
    const form = { storePassword: 'Wrong-1', newStorePassword: OTHER_PASSWORD }
    expectFailure(await update(await locked(), form), 'java.lang.SecurityException: Error decrypting a secret: ')
  })
  onlyOnOurs('wrongStorePassword')('that is wrong prevents a new value', async () => {
    const secret = await locked()
    const form = { type: 'DATA', data: Buffer.from('lost'), storePassword: 'Wrong-1' }
    expectFailure(await update(secret, form), 'java.lang.SecurityException: Error decrypting a secret: ')
    expect(await value(secret, { storePassword: STORE_PASSWORD })).toBe('value')
  })
  test('old without a change is not even checked', async () => {
    expectResult(await update(await locked(), { storePassword: 'Wrong-1' }), 'UPDATED')
  })
  test.each<Form>([{ storePassword: 'x' }, { newStorePassword: 'x' }, { storePassword: 'x', name: 'never' }])(
    'is rejected for a secret without one: %o',
    async (form) => expectText(await update(await fresh(), form), 400, SERVER_KEY),
  )
  test('that is blank counts as absent', async () =>
    expectResult(await update(await fresh(), { storePassword: '  ' }), 'UPDATED'))
})

describe('the order of checks', () => {
  const valid = (message: string) => (answer: Answer) => expectValidationError(answer, message)
  const text = (status: number, message: string) => (answer: Answer) => expectText(answer, status, message)
  const unparsed = text(500, 'Error parsing the request')
  const tooLarge = (answer: Answer) =>
    expectFailure(answer, 'java.lang.IllegalArgumentException: File size exceeds limit')
  const unreadable = `The current user (${owner.name}) doesn't have the necessary access level (READER) to the project: hidden`

  /** A request with every error; each row fixes one, so that the next is reported. */
  const MISTAKES: Form = {
    projects: 'nope',
    projectId: 'junk',
    orgId: 'junk',
    ownerId: 'junk',
    type: 'FILE',
    visibility: 'public',
    org: 'no-such-org',
    storePassword: 'wrong',
    newStorePassword: 'new',
    name: 'order-taken',
  }
  const ROWS: [string, Form & { secret?: string }, (answer: Answer) => void][] = [
    ['bad project id', {}, unparsed],
    ['unknown project', { projectId: '' }, valid('Project not found: nope')],
    ['bad organization id', { projects: '' }, unparsed],
    ['bad owner id', { orgId: '' }, unparsed],
    ['unknown type', { ownerId: UNKNOWN_ID }, valid('Unsupported secret type: FILE')],
    ['part missing', { type: 'KEY_PAIR' }, text(400, 'public not specified')],
    ['other part missing', { public: Buffer.from('x') }, text(400, 'private not specified')],
    ['too much data', { type: 'DATA', data: Buffer.alloc(1024 * 1024 + 1) }, tooLarge],
    ['bad visibility', { data: 'x' }, text(400, 'Invalid visibility value: public')],
    ['secret missing', { visibility: 'PRIVATE' }, (answer) => expectEmpty(answer, 404)],
    ['no right', { secret: 'closed' }, (answer) => expectSecretForbidden(answer, 'WRITER', 'order-closed')],
    ['unknown target', { secret: 'open' }, (answer) => expectNoOrg(answer)],
    ['not a member of the target', { org: other.name }, (answer) => expectNotInOrg(answer, owner, other)],
    ['unknown project id', { org: org.name, projectIds: UNKNOWN_ID }, valid(`Project not found: ${UNKNOWN_ID}`)],
    ['project not readable', { projectIds: '', projects: 'hidden' }, text(403, unreadable)],
    ['unknown owner', { projects: 'one' }, valid(`User not found: ${UNKNOWN_ID}`)],
    ['server key', { ownerId: '' }, text(400, SERVER_KEY)],
    ['taken name', { secret: 'locked', storePassword: STORE_PASSWORD }, valid('Secret already exists: order-locked')],
  ]
  const secrets: Record<string, Promise<Secret>> = {
    missing: Promise.resolve(secretNamed(org, 'nope')),
    closed: world.secret(org, { name: 'order-closed', visibility: 'PRIVATE' }),
    open: fresh({ name: 'order-open' }),
    locked: fresh({ name: 'order-locked', storePassword: STORE_PASSWORD }),
    taken: fresh({ name: 'order-taken' }),
  }
  beforeAll(() => Promise.all(Object.values(secrets)))

  test.each(ROWS.map(([what], i) => [what, i] as const))('%s', async (_, i) => {
    const { secret, ...form } = Object.assign(
      { secret: 'missing' },
      MISTAKES,
      ...ROWS.slice(0, i + 1).map((row) => row[1]),
    )
    ROWS[i]?.[2](await update((await secrets[secret]) ?? secretNamed(org, 'nope'), form))
  })
  test('the organization, the secret’s name and membership come first, in this order', async () => {
    expectNoOrg(await outsider.post('/api/v2/org/no-such-org/secret/nope', { form: MISTAKES }))
    const bad = { 'SecretResourceV2.update.arg1': nameViolation }
    expectViolations(await update(secretNamed(org, 'a b'), MISTAKES, outsider), bad)
    expectNotInOrg(await update(secretNamed(org, 'nope'), MISTAKES, outsider), outsider, org)
  })
})

describe('who and where', () => {
  test('any member can change a PUBLIC secret', async () =>
    expectResult(await update(await fresh(), {}, member), 'UPDATED'))
  test('a member cannot change a PRIVATE one', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    expectSecretForbidden(await update(secret, {}, member), 'WRITER', secret.name)
  })
  test('a non-member cannot change any', async () =>
    expectNotInOrg(await update(await fresh(), {}, outsider), outsider, org))
  test('a missing one is a 404 without a body', async () =>
    expectEmpty(await update(secretNamed(org, 'nope'), {}), 404))
  test('the name in the path is checked', async () => {
    expectViolations(await update(secretNamed(org, 'a b'), {}), { 'SecretResourceV2.update.arg1': nameViolation })
  })
  test('the organization must exist', async () =>
    expectNoOrg(await owner.post('/api/v2/org/no-such-org/secret/nope', { form: {} })))
  test('credentials are required', async () =>
    expectUnauthorized(await update(await fresh(), {}, anonymous), { challenge: true }))
  test('JSON is a 415', async () => expectEmpty(await owner.post((await fresh()).v2, { json: { name: 'never' } }), 415))
})
