import { beforeAll, describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
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
  rejectionOf,
} from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import type { Form } from './lib/multipart.ts'
import {
  LOGIN,
  newWorld,
  OTHER_PASSWORD,
  type Secret,
  STORE_PASSWORD,
  secretNamed,
  TIMESTAMP,
  UNKNOWN_ID,
} from './lib/world.ts'
import { nameViolation, tooLongNamesAreRefused } from './versions.ts'

// concord-api §9.6, the JSON update.

const SERVER_KEY = "The secret is encrypted with the server's key, the 'storePassword' cannot be changed"
const WRONG_PASSWORD = 'java.lang.SecurityException: Error decrypting a secret: '
const world = newWorld('upv1')
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
const update = (secret: Secret, json: Record<string, unknown>, as: Caller = owner) => as.post(secret.v1, { json })
const entry = async (secret: Secret) => jsonOf(await admin.get(secret.v2))
const value = async (secret: Secret, form: Form = {}) => (await owner.post(`${secret.v1}/data`, { form })).text
const projects = async (secret: Secret) => (await entry(secret)).projects.map(({ name }: { name: string }) => name)
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('renaming', () => {
  test('keeps the id; the old name is gone', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { name: 'renamed' }), 'UPDATED')
    expect((await entry(secretNamed(org, 'renamed'))).id).toBe(secret.id)
    expectEmpty(await owner.get(secret.v2), 404)
  })
  test('to the same name is rejected', async () => {
    const secret = await fresh()
    expectValidationError(await update(secret, { name: secret.name }), `Secret already exists: ${secret.name}`)
  })
  test('to a taken name is rejected, quoting the old one', async () => {
    const [secret, taken] = [await fresh(), await fresh()]
    expectValidationError(await update(secret, { name: taken.name }), `Secret already exists: ${secret.name}`)
  })
  test.each(['ab', 'a b', ''])('to "%s" is rejected', async (name) => {
    expectViolations(await update(await fresh(), { name }), {
      'ImmutableSecretUpdateRequest.update.arg2.name': nameViolation,
    })
  })
  test('to 128 characters works', async () =>
    expectResult(await update(await fresh(), { name: 'v'.repeat(128) }), 'UPDATED'))
  test('to 129 characters is rejected', async () => {
    const answer = await update(await fresh(), { name: 'w'.repeat(129) })
    if (tooLongNamesAreRefused)
      expectViolations(answer, { 'ImmutableSecretUpdateRequest.update.arg2.name': nameViolation })
    else expectFailure(answer, 'org.jooq.exception.')
  })
  test('to null keeps the name', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { name: null }), 'UPDATED')
    expect((await entry(secret)).name).toBe(secret.name)
  })
})

describe('visibility', () => {
  test('is kept when it is not sent', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    expectResult(await update(secret, {}), 'UPDATED')
    expect((await entry(secret)).visibility).toBe('PRIVATE')
  })
  test.each(['PUBLIC', 'PRIVATE'])('is set to %s', async (visibility) => {
    const secret = await fresh({ visibility: visibility === 'PUBLIC' ? 'PRIVATE' : 'PUBLIC' })
    expectResult(await update(secret, { visibility }), 'UPDATED')
    expect((await entry(secret)).visibility).toBe(visibility)
  })
  test('in lower case is a 500', async () =>
    expectFailure(await update(await fresh(), { visibility: 'private' }), 'com.fasterxml.jackson.'))
})

describe('the owner', () => {
  test('is given by id', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { owner: { id: heir.id } }), 'UPDATED')
    expect((await entry(secret)).owner.id).toBe(heir.id)
  })
  test('may be a non-member of the organization', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { owner: { id: outsider.id } }, admin), 'UPDATED')
    expect((await entry(secret)).owner.id).toBe(outsider.id)
  })
  test('can be changed by owners only', async () => {
    const secret = await fresh()
    expectSecretForbidden(await update(secret, { owner: { id: heir.id } }, member), 'OWNER', secret.name)
  })
  test('may be sent unchanged by others', async () => {
    expectResult(await update(await fresh(), { owner: { id: owner.id } }, member), 'UPDATED')
  })
  test('with an unknown id is a validation error', async () => {
    expectValidationError(await update(await fresh(), { owner: { id: UNKNOWN_ID } }), `User not found: ${UNKNOWN_ID}`)
  })
  test('with an unknown name is a 500', async () => {
    expectText(
      await update(await fresh(), { owner: { username: 'no-such-user' } }),
      500,
      'User not found: no-such-user',
    )
  })
  test('with the name of a LOCAL user is not found: only LDAP users are looked up', async () => {
    expectText(
      await update(await fresh(), { owner: { username: heir.name, userType: 'LOCAL' } }),
      500,
      `User not found: ${heir.name}`,
    )
  })
  test('that is empty is kept', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { owner: {} }), 'UPDATED')
    expect((await entry(secret)).owner.id).toBe(owner.id)
  })
})

describe('projects', () => {
  test('are replaced by one, given by id', async () => {
    const secret = await fresh({ projectIds: `${one.id},${two.id}` })
    expectResult(await update(secret, { projectId: two.id }), 'UPDATED')
    expect(await projects(secret)).toEqual(['two'])
  })
  test('are kept when none is sent', async () => {
    const secret = await fresh({ projectIds: one.id })
    expectResult(await update(secret, { visibility: 'PRIVATE' }), 'UPDATED')
    expect(await projects(secret)).toEqual(['one'])
  })
  test('are replaced by name only with the organization’s id in the body', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { projectName: 'one', orgId: org.id }), 'UPDATED')
    expect(await projects(secret)).toEqual(['one'])
  })
  test.each([{}, { orgName: 'org-upv1' }])('by name without the organization’s id are not found', async (more) => {
    const json = { projectName: 'one', ...('orgName' in more ? { orgName: org.name } : {}) }
    expectValidationError(await update(await fresh(), json), 'Project not found: one')
  })
  test.each(['', ' '])('are all removed by the empty name "%s"', async (projectName) => {
    const secret = await fresh({ projectIds: `${one.id},${two.id}` })
    expectResult(await update(secret, { projectName }), 'UPDATED')
    expect(await projects(secret)).toEqual([])
  })
  test('of another organization are rejected', async () => {
    expectValidationError(
      await update(await fresh(), { projectId: foreign.id }, admin),
      `Project 'foreign' does not belong to organization '${org.name}'`,
    )
  })
  test('that the caller cannot read are rejected', async () => {
    const text = `The current user (${owner.name}) doesn't have the necessary access level (READER) to the project: hidden`
    expectText(await update(await fresh(), { projectId: hidden.id }), 403, text)
  })
  test('with an unknown id are a validation error', async () => {
    expectValidationError(await update(await fresh(), { projectId: UNKNOWN_ID }), `Project not found: ${UNKNOWN_ID}`)
  })
})

describe('the value', () => {
  test('is replaced, and lastUpdatedAt is set', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { data: base64('new value') }), 'UPDATED')
    expect(await value(secret)).toBe('new value')
    expect((await entry(secret)).lastUpdatedAt).toMatch(TIMESTAMP)
  })
  test('may become empty', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { data: '' }), 'UPDATED')
    expect(await value(secret)).toBe('')
  })
  test('may have line breaks in its base64', async () => {
    const secret = await fresh()
    expectResult(await update(secret, { data: 'bmV3\nIHZh\r\nbHVl' }), 'UPDATED')
    expect(await value(secret)).toBe('new value')
  })
  test('turns any secret into a DATA secret', async () => {
    const secret = await fresh(LOGIN)
    expectResult(await update(secret, { data: base64('x') }), 'UPDATED')
    expect((await entry(secret)).type).toBe('DATA')
  })
  test('must be base64', async () =>
    expectFailure(await update(await fresh(), { data: '***' }), 'com.fasterxml.jackson.'))
  test('over 1 MiB is a 500', async () => {
    expectFailure(
      await update(await fresh(), { data: Buffer.alloc(1024 * 1024 + 1).toString('base64') }),
      'java.lang.IllegalArgumentException: File size exceeds limit of 1048576 bytes',
    )
  })
  test('of a password-protected secret needs the password', async () => {
    const secret = await fresh({ storePassword: STORE_PASSWORD })
    const text = "Updating the secret's data requires the original 'storePassword'"
    expectText(await update(secret, { data: base64('x') }), 400, text)
    expectResult(await update(secret, { data: base64('changed'), storePassword: STORE_PASSWORD }), 'UPDATED')
    expect(await value(secret, { storePassword: STORE_PASSWORD })).toBe('changed')
  })
})

describe('the store password', () => {
  const locked = () => fresh({ storePassword: STORE_PASSWORD })

  test('is changed, and keeps the value', async () => {
    const secret = await locked()
    expectResult(await update(secret, { storePassword: STORE_PASSWORD, newStorePassword: OTHER_PASSWORD }), 'UPDATED')
    expect(await value(secret, { storePassword: OTHER_PASSWORD })).toBe('value')
    expect(await value(secret, { storePassword: STORE_PASSWORD })).not.toBe('value')
    expect((await entry(secret)).lastUpdatedAt).toMatch(TIMESTAMP)
  })
  test('is not checked against the rules', async () => {
    const secret = await locked()
    expectResult(await update(secret, { storePassword: STORE_PASSWORD, newStorePassword: 'x' }), 'UPDATED')
    expect(await value(secret, { storePassword: 'x' })).toBe('value')
  })
  onlyOnOurs('wrongStorePassword')('that is wrong is a 500', async () => {
    expectFailure(
      await update(await locked(), { storePassword: 'Wrong-1', newStorePassword: OTHER_PASSWORD }),
      WRONG_PASSWORD,
    )
  })
  onlyOnConcord('wrongStorePassword')('that is wrong is a 500, except for 1 of 256', async () => {
    const answers = []
    for (const storePassword of ['Wrong-1', 'Wrong-2', 'Wrong-3']) {
      answers.push(await update(await locked(), { storePassword, newStorePassword: OTHER_PASSWORD }))
    }
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.length).toBeGreaterThanOrEqual(1)
    for (const answer of refused) expectFailure(answer, WRONG_PASSWORD)
  })
  onlyOnOurs('wrongStorePassword')('that is wrong prevents a new value', async () => {
    const secret = await locked()
    expectFailure(await update(secret, { data: base64('lost'), storePassword: 'Wrong-1' }), WRONG_PASSWORD)
    expect(await value(secret, { storePassword: STORE_PASSWORD })).toBe('value')
  })
  test('that is empty makes the value unreadable, because readers cannot send an empty one', async () => {
    const secret = await locked()
    expectResult(await update(secret, { storePassword: STORE_PASSWORD, newStorePassword: '' }), 'UPDATED')
    for (const form of [{}, { storePassword: '' }, { storePassword: STORE_PASSWORD }]) {
      expect(await value(secret, form)).not.toBe('value')
    }
    expectResult(await update(secret, { storePassword: '', newStorePassword: OTHER_PASSWORD }), 'UPDATED')
    expect(await value(secret, { storePassword: OTHER_PASSWORD })).toBe('value')
  })
  test('new without the old is a 500', async () => {
    const send = async () => update(await locked(), { newStorePassword: OTHER_PASSWORD })
    expectFailure(await rejectionOf(send), WRONG_PASSWORD)
  })
  test('old without a change is not even checked', async () => {
    expectResult(await update(await locked(), { storePassword: 'Wrong-1' }), 'UPDATED')
  })
  test.each([
    { storePassword: 'x' },
    { newStorePassword: 'x' },
    { storePassword: '' },
    { storePassword: 'x', name: 'never' },
  ])('is rejected for a secret without one: %o', async (json) =>
    expectText(await update(await fresh(), json), 400, SERVER_KEY),
  )
  test('with whitespace around it cannot be used for reading, which trims', async () => {
    const secret = await locked()
    expectResult(
      await update(secret, { storePassword: STORE_PASSWORD, newStorePassword: ` ${OTHER_PASSWORD} ` }),
      'UPDATED',
    )
    expect((await owner.post(`${secret.v1}/data`, { form: { storePassword: ` ${OTHER_PASSWORD} ` } })).text).not.toBe(
      'value',
    )
  })
})

describe('all at once', () => {
  test('works', async () => {
    const secret = await fresh()
    const json = {
      name: 'all-at-once',
      visibility: 'PRIVATE',
      owner: { id: heir.id },
      projectId: one.id,
      data: base64('x'),
    }
    expectResult(await update(secret, json), 'UPDATED')
    expect(await entry(secretNamed(org, 'all-at-once'))).toMatchObject({
      ...{ id: secret.id, visibility: 'PRIVATE', owner: { id: heir.id }, projects: [{ name: 'one' }] },
    })
  })
  test('an id in the body is ignored', async () =>
    expectResult(await update(await fresh(), { id: UNKNOWN_ID }), 'UPDATED'))
  test('nothing changes if one of them fails', async () => {
    const secret = await fresh()
    expectValidationError(
      await update(secret, { data: base64('lost'), name: secret.name }),
      `Secret already exists: ${secret.name}`,
    )
    expect(await value(secret)).toBe('value')
  })
})

describe('the order of checks', () => {
  const NOBODY = `User not found: ${UNKNOWN_ID}`
  const TOO_LARGE = Buffer.alloc(1024 * 1024 + 1).toString('base64')
  const valid = (message: string) => (answer: Answer) => expectValidationError(answer, message)
  const text = (status: number, message: string) => (answer: Answer) => expectText(answer, status, message)
  const tooLarge = (answer: Answer) =>
    expectFailure(answer, 'java.lang.IllegalArgumentException: File size exceeds limit')

  /** A request with every error; each row fixes one, so that the next is reported. Undefined is not sent. */
  const MISTAKES: Record<string, unknown> = {
    name: 'a b',
    projectName: 'nope',
    owner: { username: 'no-such-user' },
    data: TOO_LARGE,
    orgId: UNKNOWN_ID,
    orgName: 'the id takes precedence',
    storePassword: '',
  }
  const bad = { 'ImmutableSecretUpdateRequest.update.arg2.name': nameViolation }
  const ROWS: [string, Record<string, unknown>, (answer: Answer) => void][] = [
    ['bad name', {}, (answer) => expectViolations(answer, bad)],
    ['unknown project name', { name: 'order-taken' }, valid('Project not found: nope')],
    [
      'unknown owner name',
      { projectName: undefined, projectId: UNKNOWN_ID },
      text(500, 'User not found: no-such-user'),
    ],
    ['unknown owner id', { owner: { id: UNKNOWN_ID } }, valid(NOBODY)],
    ['too much data', { owner: {} }, tooLarge],
    ['secret missing', { data: base64('x') }, (answer) => expectEmpty(answer, 404)],
    ['no right', { secret: 'closed' }, (answer) => expectSecretForbidden(answer, 'WRITER', 'order-closed')],
    ['unknown target', { secret: 'open' }, (answer) => expectNoOrg(answer, UNKNOWN_ID)],
    ['unknown project id', { orgId: undefined, orgName: undefined }, valid(`Project not found: ${UNKNOWN_ID}`)],
    ['server key', { projectId: undefined }, text(400, SERVER_KEY)],
    [
      'no password',
      { secret: 'locked', storePassword: undefined },
      text(400, "Updating the secret's data requires the original 'storePassword'"),
    ],
    ['taken name', { storePassword: STORE_PASSWORD }, valid('Secret already exists: order-locked')],
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
    const { secret, ...json } = Object.assign(
      { secret: 'missing' },
      MISTAKES,
      ...ROWS.slice(0, i + 1).map((row) => row[1]),
    )
    ROWS[i]?.[2](await update((await secrets[secret]) ?? secretNamed(org, 'nope'), json))
  })
  test('membership before everything except errors in the request itself', async () => {
    expectNotInOrg(
      await update(secretNamed(org, 'nope'), { orgId: UNKNOWN_ID, storePassword: '' }, outsider),
      outsider,
      org,
    )
  })
})

describe('who and where', () => {
  test('any member can change a PUBLIC secret', async () =>
    expectResult(await update(await fresh(), {}, member), 'UPDATED'))
  test('a member cannot change a PRIVATE one', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    expectSecretForbidden(await update(secret, {}, member), 'WRITER', secret.name)
  })
  test('a non-member cannot change any, whether it exists or not', async () => {
    expectNotInOrg(await update(await fresh(), {}, outsider), outsider, org)
    expectNotInOrg(await update(secretNamed(org, 'nope'), {}, outsider), outsider, org)
  })
  test('a missing one is a 404 without a body', async () =>
    expectEmpty(await update(secretNamed(org, 'nope'), {}), 404))
  test('the name is checked', async () => {
    expectViolations(await update(secretNamed(org, 'a b'), {}), { 'SecretResource.update.arg1': nameViolation })
  })
  test('the organization must exist', async () =>
    expectNoOrg(await owner.post('/api/v1/org/no-such-org/secret/nope', { json: {} })))
  test('credentials are required', async () =>
    expectUnauthorized(await update(await fresh(), {}, anonymous), { challenge: true }))
  test('multipart is a 415', async () =>
    expectEmpty(await owner.post((await fresh()).v1, { form: { name: 'never' } }), 415))
})
