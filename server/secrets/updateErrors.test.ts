import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Acme,
  base64,
  empty,
  file,
  seen,
  startAcme,
  text,
  UPDATED,
  validation,
} from '../../tests/support/secrets.ts'
import { givenOrg, givenProject, givenTeam } from '../../tests/support/testServer.ts'

let { server, alice, bob, mallory, make, v1, v2, read, value } = {} as Acme
let foreign: { id: string }

const NOBODY = '00000000-0000-0000-0000-00000000dead'
const PATTERN = 'must match "^[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}$"'
const NOT_MEMBER = "The current user (mallory) doesn't belong to the specified organization: acme"
const SERVER_KEY = "The secret is encrypted with the server's key, the 'storePassword' cannot be changed"
const WRONG_PASSWORD =
  'ERROR: java.lang.SecurityException: Error decrypting a secret: Given final block not properly padded. Such issues ' +
  'can arise if a bad key is used during decryption.. Invalid input data and/or a password.'
const TOO_LARGE = 'ERROR: java.lang.IllegalArgumentException: File size exceeds limit of 1048576 bytes'

beforeAll(async () => {
  const acme = await startAcme()
  ;({ server, alice, bob, mallory, make, v1, v2, read, value } = acme)
  await givenProject(server, acme.org, 'project')
  await givenProject(server, acme.org, 'hidden', 'PRIVATE')
  const other = await givenOrg(server, 'other')
  await givenTeam(server, other, 'others', [alice])
  foreign = await givenProject(server, other, 'foreign')
  await make('taken')
})
afterAll(() => server.close())

describe('what is wrong is found in Concord’s order (§9.6)', () => {
  type Fields = Record<string, string | Blob>
  type Answer = ReturnType<typeof text> | ReturnType<typeof validation> | ReturnType<typeof empty>
  beforeAll(async () => {
    await make('sealed', { visibility: 'PRIVATE' })
    await make('protected', { storePassword: 'right' })
  })

  /** The rows of `v2`: each one mends what the row before was about. */
  const FORM: [string, Fields & { secret?: string; as?: string }, Answer][] = [
    ['bad project id', {}, text(500, 'Error parsing the request')],
    ['unknown project', { projectId: '' }, validation('Project not found: nope')],
    ['bad organization id', { projects: '' }, text(500, 'Error parsing the request')],
    ['bad owner id', { orgId: '' }, text(500, 'Error parsing the request')],
    ['unknown type', { ownerId: NOBODY }, validation('Unsupported secret type: FILE')],
    ['part missing', { type: 'KEY_PAIR' }, text(400, 'public not specified')],
    ['other part missing', { public: 'x' }, text(400, 'private not specified')],
    ['too much data', { type: 'DATA', data: file(Buffer.alloc(1024 * 1024 + 1)) }, text(500, TOO_LARGE)],
    ['bad visibility', { data: 'x' }, text(400, 'Invalid visibility value: public')],
    ['secret missing', { visibility: 'PRIVATE' }, empty(404)],
    [
      'no WRITER',
      { secret: 'sealed', as: 'bob' },
      text(403, "The current user doesn't have the necessary access level (WRITER) to the secret: sealed"),
    ],
    ['unknown target', { as: 'alice' }, validation('Organization not found: nowhere')],
    [
      'not a member of the target',
      { org: 'Default' },
      text(403, "The current user (alice) doesn't belong to the specified organization: Default"),
    ],
    ['unknown project id', { org: 'acme', projectIds: NOBODY }, validation(`Project not found: ${NOBODY}`)],
    [
      'project not readable',
      { projectIds: '', projects: 'hidden' },
      text(403, "The current user (alice) doesn't have the necessary access level (READER) to the project: hidden"),
    ],
    ['unknown owner', { projects: 'project' }, validation(`User not found: ${NOBODY}`)],
    ['server key', { ownerId: '' }, text(400, SERVER_KEY)],
    ['wrong password', { secret: 'protected' }, text(500, WRONG_PASSWORD)],
    ['taken name', { storePassword: 'right' }, validation('Secret already exists: protected')],
  ]
  const ALL: Fields = {
    projects: 'nope',
    projectId: 'junk',
    orgId: 'junk',
    ownerId: 'junk',
    type: 'FILE',
    visibility: 'public',
    secret: 'nope',
    org: 'nowhere',
    storePassword: 'wrong',
    newStorePassword: 'new',
    name: 'taken',
  }
  test.each(FORM.map(([what], i) => [what, i] as const))('v2: %s', async (_, i) => {
    const { secret, as, ...form } = Object.assign({}, ALL, ...FORM.slice(0, i + 1).map(([, mended]) => mended))
    expect(await v2(secret, form, as === 'bob' ? bob.key : alice.key)).toEqual(FORM[i]?.[2])
  })

  const JSON_ROWS: [string, Record<string, unknown>, Answer][] = [
    ['bad name', {}, validation(PATTERN, 'ImmutableSecretUpdateRequest.update.arg2.name')],
    ['project name without an organization', { name: 'taken' }, validation('Project not found: project')],
    ['unknown owner name', { projectName: undefined }, text(500, 'User not found: nobody')],
    ['unknown owner id', { owner: { id: NOBODY } }, validation(`User not found: ${NOBODY}`)],
    ['too much data', { owner: {} }, text(500, TOO_LARGE)],
    ['secret missing', { data: base64('x') }, empty(404)],
    ['unknown target', { secret: 'sealed' }, validation(`Organization not found: ${NOBODY}`)],
    ['unknown project id', { orgId: undefined, orgName: undefined }, validation(`Project not found: ${NOBODY}`)],
    ['server key', { projectId: undefined }, text(400, SERVER_KEY)],
    [
      'no password',
      { secret: 'protected', storePassword: undefined },
      text(400, "Updating the secret's data requires the original 'storePassword'"),
    ],
    ['wrong password', { storePassword: 'wrong' }, text(500, WRONG_PASSWORD)],
    ['taken name', { storePassword: 'right' }, validation('Secret already exists: protected')],
  ]
  const ALL_JSON = {
    name: 'a b',
    projectName: 'project',
    owner: { username: 'nobody' },
    data: base64(Buffer.alloc(1024 * 1024 + 1)),
    secret: 'nope',
    orgId: NOBODY,
    orgName: 'the id wins',
    projectId: undefined as string | undefined,
    storePassword: '',
  }
  test.each(JSON_ROWS.map(([what], i) => [what, i] as const))('v1: %s', async (_, i) => {
    const mended = Object.assign({}, ALL_JSON, ...JSON_ROWS.slice(0, i + 1).map(([, each]) => each))
    // A project's id would hide the name before it.
    const { secret, ...json } = i < 2 || i > 7 ? mended : { ...mended, projectId: NOBODY }
    expect(await v1(secret, json)).toEqual(JSON_ROWS[i]?.[2])
  })

  test('the path comes before all of it', async () => {
    const send = (path: string, as: string) => seen(server.request(path, { as, form: ALL }))
    expect(await send('/api/v2/org/nope/secret/sealed', alice.key)).toEqual(validation('Organization not found: nope'))
    expect(await send('/api/v2/org/acme/secret/sealed', mallory.key)).toEqual(text(403, NOT_MEMBER))
    expect(await send('/api/v2/org/acme/secret/a%20b', mallory.key)).toEqual(
      validation(PATTERN, 'SecretResourceV2.update.arg1'),
    )
    expect(await v1('sealed', { ...ALL_JSON, name: undefined }, mallory.key)).toEqual(text(403, NOT_MEMBER))
  })

  test('a project of another organization', async () => {
    const wrong = validation("Project 'foreign' does not belong to organization 'acme'")
    expect(await v2('sealed', { projectIds: foreign.id, visibility: 'PRIVATE' })).toEqual(wrong)
    expect(await v1('sealed', { projectId: foreign.id })).toEqual(wrong)
  })

  test('changing the owner takes the owner’s right, naming the same one does not', async () => {
    await make('owned')
    const denied = text(403, "The current user doesn't have the necessary access level (OWNER) to the secret: owned")
    expect(await v2('owned', { ownerId: bob.id }, bob.key)).toEqual(denied)
    expect(await v2('owned', { ownerId: alice.id }, bob.key)).toEqual(UPDATED)
    expect(await v2('owned', { ownerId: bob.id })).toEqual(UPDATED)
    expect(await read('owned')).toMatchObject({ owner: { id: bob.id } })
  })

  test.each([
    ['{"name":', 'com.fasterxml.jackson.core.JsonParseException'],
    ['[]', 'com.fasterxml.jackson.databind.exc.MismatchedInputException'],
    ['{"visibility":"public"}', 'com.fasterxml.jackson.databind.exc.MismatchedInputException'],
    ['{"orgId":"abc"}', 'com.fasterxml.jackson.databind.exc.MismatchedInputException'],
    ['{"data":"***"}', 'com.fasterxml.jackson.databind.exc.InvalidFormatException'],
    ['null', 'java.lang.NullPointerException'],
    ['', 'java.lang.NullPointerException'],
  ])('v1: the body %s is a 500', async (body, javaClass) => {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await seen(server.request('/api/v1/org/acme/secret/sealed', { as: alice.key, text: body, headers }))
    expect(answer).toMatchObject({ status: 500, type: 'text/plain;charset=UTF-8' })
    expect(answer.body).toContain(`ERROR: ${javaClass}`)
    expect(answer.body).not.toContain('***')
  })

  test('each version takes its own content type only', async () => {
    const form = { visibility: 'PRIVATE' }
    expect((await server.request('/api/v1/org/acme/secret/sealed', { form })).status).toBe(415)
    expect((await server.request('/api/v2/org/acme/secret/sealed', { json: form })).status).toBe(415)
  })

  test('a damaged value can’t be re-encrypted, but replaced', async () => {
    const { id } = await make('damaged', { storePassword: 'right' })
    await server.services.db
      .updateTable('secretValues')
      .set({ data: Buffer.of(1, 2) })
      .where('secretId', '=', id)
      .execute()
    expect(await v1('damaged', { storePassword: 'right', data: base64('new') })).toEqual(
      text(500, 'ERROR: java.lang.IllegalStateException: The stored value of the secret is damaged: damaged'),
    )
    const plain = await make('damaged-plain')
    await server.services.db
      .updateTable('secretValues')
      .set({ data: Buffer.of(1, 2) })
      .where('secretId', '=', plain.id)
      .execute()
    expect(await v1('damaged-plain', { data: base64('new') })).toEqual(UPDATED)
    expect(String(await value('damaged-plain'))).toBe('new')
  })
})
