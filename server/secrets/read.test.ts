import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Acme,
  empty,
  givenSecret,
  lastAudit,
  ok,
  SAMPLE_VALUES,
  seen,
  startAcme,
  text,
  utf8,
  validation,
} from '../../tests/support/secrets.ts'
import { ADMIN_KEY, givenOrg, givenProject, givenUser } from '../../tests/support/testServer.ts'
import { createLog } from '../log.ts'
import { encodeKeyPair } from '../vault/binary.ts'

let { server, org, alice, bob, mallory, make, read } = {} as Acme

beforeAll(async () => {
  ;({ server, org, alice, bob, mallory, make, read } = await startAcme())
})
afterAll(() => server.close())

const PATH = '/api/v1/org/acme/secret'
const data = (name: string, form: Record<string, string | Blob> = { x: '' }, as = alice.key) =>
  server.request(`${PATH}/${name}/data`, { as, form })
const publicKey = (name: string, as = alice.key) => seen(server.request(`${PATH}/${name}/public`, { as }))
/** A SecretException, under the content type of its endpoint. */
const refused = (type: string, name: string, message: string) => ({
  status: 400,
  type,
  body: `Error while fetching a secret '${name}': ${message}`,
})
const BINARY = 'application/octet-stream'
const WRONG_PASSWORD =
  'Error decrypting a secret: Given final block not properly padded. Such issues can arise if a bad key is used during ' +
  'decryption.. Invalid input data and/or a password.'

describe('the value (concord-api §9.9)', () => {
  test.each(['DATA', 'USERNAME_PASSWORD', 'KEY_PAIR'] as const)('%s: bytes, type, log', async (type) => {
    const { id } = await make(`value-${type}`, { type })
    const answer = await data(`value-${type}`)
    expect(answer.headers.get('Content-Type')).toBe(BINARY)
    expect(answer.headers.get('X-Concord-SecretType')).toBe(type)
    expect(answer.headers.get('Cache-Control')).toContain('no-store')
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(SAMPLE_VALUES[type])
    expect(await lastAudit(server, id)).toEqual({
      action: 'ACCESS',
      userId: alice.id,
      details: { orgId: org.id, secretId: id, name: `value-${type}`, type, scope: { name: 'apiAccess' } },
    })
  })

  test('a store password: trimmed, its field in any case', async () => {
    await make('protected', { storePassword: 'pässword' })
    expect(await (await data('protected', { STOREPASSWORD: utf8(' pässword\n') })).text()).toBe('value')
    const needed = refused(BINARY, 'protected', "The secret 'protected' requires a password to decrypt")
    expect(await seen(data('protected'))).toEqual(needed)
    expect(await seen(data('protected', { storePassword: ' ' }))).toEqual(needed)
    expect(await seen(data('protected', { storePassword: 'pässword' }))).toEqual(
      refused(BINARY, 'protected', WRONG_PASSWORD),
    )
  })

  test('a wrong store password, every time, and not in the audit log; after 20 in a minute it is slowed', async () => {
    const { id } = await make('guessed', { storePassword: 'right' })
    await make('another', { storePassword: 'right' })
    const lines: string[] = []
    server.services.log = createLog('info', (line) => lines.push(line))
    const guess = (i: number) => data('guessed', { storePassword: `wrong-${i}` })
    for (let i = 0; i < 10; i++) expect((await guess(i)).status).toBe(400)
    // Those that come all at once get no further.
    const rest = await Promise.all(Array.from({ length: 15 }, (_, i) => guess(10 + i)))
    expect(rest.filter(({ status }) => status === 400)).toHaveLength(10)
    const slowed = await data('guessed', { storePassword: 'right' })
    expect(slowed.status).toBe(429)
    expect(Number(slowed.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(await slowed.text()).toMatch(/^Too many wrong store passwords for this secret. Try again in \d+ s.$/)
    expect(await lastAudit(server, id)).toBeUndefined()
    expect(
      lines.filter((line) => line.includes(`a wrong store password {"secretId":"${id}","user":"${alice.id}"}`)),
    ).toHaveLength(20)
    expect(lines.join()).not.toContain('wrong-')

    expect((await data('guessed', { storePassword: 'right' }, bob.key)).status).toBe(200)
    expect((await data('another', { storePassword: 'right' })).status).toBe(200)
  })

  test('a right store password forgives the wrong ones before it', async () => {
    await make('forgiven', { storePassword: 'right' })
    for (let i = 0; i < 38; i++) {
      const right = i === 19
      const { status } = await data('forgiven', { storePassword: right ? 'right' : 'wrong' })
      expect(status).toBe(right ? 200 : 400)
    }
  })

  test('a store password for a secret without one', async () => {
    await make('open')
    expect(await seen(data('open', { storePassword: 'x' }))).toEqual(
      refused(BINARY, 'open', "Not a password-protected secret 'open'"),
    )
  })

  test('what is asked first: organization, secret, right, projects, password', async () => {
    const project = await givenProject(server, org, 'project')
    await make('ladder', { visibility: 'PRIVATE', storePassword: 'right', projects: [project] })
    const wrong = { storePassword: 'wrong' }
    const elsewhere = server.request('/api/v1/org/nope/secret/ladder/data', { as: mallory.key, form: wrong })
    expect(await seen(elsewhere)).toEqual(validation('Organization not found: nope'))
    expect(await seen(data('nope', wrong, mallory.key))).toEqual(empty(404))
    expect(await seen(data('ladder', wrong, mallory.key))).toEqual(
      text(403, "The current user doesn't have the necessary access level (READER) to the secret: ladder"),
    )
    expect(await seen(data('ladder', wrong))).toEqual(
      text(403, 'Project-scoped secrets can only be accessed within a running process. Secret: ladder'),
    )
    const reader = await givenUser(server, 'reader', 'concordSystemReader')
    expect((await seen(data('ladder', wrong, reader.key))).status).toBe(400)
    expect((await data('ladder', { storePassword: 'right' }, reader.key)).status).toBe(200)
  })

  test('a damaged value is an error that says so, and hurts nothing else', async () => {
    const { id } = await make('damaged')
    await server.services.db
      .updateTable('secretValues')
      .set({ data: Buffer.from('junk') })
      .where('secretId', '=', id)
      .execute()
    expect(await seen(data('damaged'))).toEqual(
      text(500, 'ERROR: java.lang.IllegalStateException: The stored value of the secret is damaged: damaged'),
    )
    expect(await read('damaged')).toMatchObject({ id })
    expect((await server.request('/api/v2/org/acme/secret')).status).toBe(200)
  })

  test('the protocol: multipart only, binary only, an empty body is fine', async () => {
    await make('protocol')
    const path = `${PATH}/protocol/data`
    const boundary = { 'Content-Type': 'multipart/form-data; boundary=b' }
    expect((await server.request(path, { text: '', headers: boundary })).status).toBe(200)
    expect((await server.request(path, { json: {} })).status).toBe(415)
    expect((await server.request(path, { form: { x: '' }, headers: { Accept: 'application/json' } })).status).toBe(406)
    expect((await server.request(path)).headers.get('Allow')).toBe('OPTIONS, POST')
    const unbound = await seen(server.request(path, { text: '', headers: { 'Content-Type': 'multipart/form-data' } }))
    expect(unbound).toEqual(
      text(500, 'ERROR: java.io.IOException: RESTEASY007550: Unable to get boundary for multipart'),
    )
  })
})

describe('the public key (concord-api §9.9)', () => {
  test('of a pair, in projects too, with an entry in the log', async () => {
    const project = await givenProject(server, org, 'with-pair')
    const { id } = await make('pair', { type: 'KEY_PAIR', projects: [project] })
    expect(await publicKey('pair', mallory.key)).toEqual(ok({ ok: true, id, publicKey: 'ssh-rsa AAAA test' }))
    expect(await lastAudit(server, id)).toMatchObject({ action: 'ACCESS', details: { scope: { name: 'internal' } } })
  })

  test('of a protected pair can’t be had (concord-api §14 Q14)', async () => {
    await make('pair-pw', { type: 'KEY_PAIR', storePassword: 'right' })
    expect(await publicKey('pair-pw')).toEqual(
      refused('application/json', 'pair-pw', "The secret 'pair-pw' requires a password to decrypt"),
    )
  })

  test('of another type: an error, and yet in the log', async () => {
    const { id } = await make('no-pair')
    expect(await publicKey('no-pair')).toEqual(
      refused('application/json', 'no-pair', 'Invalid secret type: no-pair, expected KEY_PAIR, got: DATA'),
    )
    expect(await lastAudit(server, id)).toMatchObject({ action: 'ACCESS' })
  })

  test.each([
    ['public', 9000, 5],
    ['private', 5, 9000],
  ])('with a %s key that is too long', async (which, first, second) => {
    const value = encodeKeyPair({ publicKey: Buffer.alloc(first, 'a'), privateKey: Buffer.alloc(second, 'b') })
    await make(`long-${which}`, { type: 'KEY_PAIR', value })
    expect(await publicKey(`long-${which}`)).toEqual(
      refused('application/json', `long-${which}`, 'Invalid key length: 9000'),
    )
    expect((await data(`long-${which}`)).status).toBe(200)
  })

  test('missing: the secret, the organization, a proper name', async () => {
    expect(await publicKey('nope')).toEqual(empty(404))
    expect((await publicKey('a%20b')).body[0].id).toBe('SecretResource.getPublicKey.arg1')
  })
})

describe('the list (concord-api §9.4)', () => {
  const names = async (query = '', as = alice.key) =>
    (await seen(server.request(`/api/v2/org/listed/secret${query}`, { as }))).body.map(
      (secret: { name: string }) => secret.name,
    )

  beforeAll(async () => {
    const listed = await givenOrg(server, 'listed', bob)
    for (const name of ['bbb', 'aaa', 'a_c', 'Abc']) await givenSecret(server, listed, name)
    await givenSecret(server, listed, 'mine', { visibility: 'PRIVATE', ownerId: alice.id })
    await givenSecret(server, listed, 'zzz', { visibility: 'PRIVATE' })
  })

  test.each([
    ['', ['Abc', 'a_c', 'aaa', 'bbb', 'mine']],
    ['?limit=2', ['Abc', 'a_c']],
    ['?limit=2&offset=1', ['a_c', 'aaa']],
    ['?offset=3', ['bbb', 'mine']],
    ['?limit=0&offset=-1', ['Abc', 'a_c', 'aaa', 'bbb', 'mine']],
    ['?filter=A', ['Abc', 'a_c', 'aaa']],
    ['?filter=_', ['a_c']],
    ['?filter=%25', []],
    ['?filter=bbb&filter=aaa', ['bbb']],
  ])('%s', async (query, expected) => {
    expect(await names(query)).toEqual(expected)
  })

  test('of an organization’s owner and of admins has all', async () => {
    expect(await names('', bob.key)).toHaveLength(6)
    expect(await names('', ADMIN_KEY)).toHaveLength(6)
  })

  test('is the same in v1', async () => {
    const [one, two] = await Promise.all(
      ['v1', 'v2'].map((version) => seen(server.request(`/api/${version}/org/acme/secret`))),
    )
    expect(one).toEqual(two)
    expect(one?.status).toBe(200)
  })

  test.each([
    ['/api/v1/org/a%20b/secret', 'SecretResource.list.arg0'],
    ['/api/v2/org/ab/secret', 'SecretResourceV2.list.arg0'],
  ])('%s', async (path, id) => {
    expect((await seen(server.request(path))).body[0].id).toBe(id)
  })

  test('a limit that is no number', async () => {
    expect(await seen(server.request('/api/v2/org/acme/secret?limit=x'))).toEqual(empty(404))
  })
})

describe('get', () => {
  test('is the same in v1, and does not look at names', async () => {
    await make('got', { visibility: 'PRIVATE' })
    const one = await seen(server.request(`${PATH}/got`, { as: alice.key }))
    expect(one.body).toEqual(await read('got'))
    expect(await seen(server.request(`${PATH}/a%20b`))).toEqual(empty(404))
  })

  test('a secret without an owner', async () => {
    const gone = await givenUser(server, 'gone')
    await make('ownerless', { ownerId: gone.id })
    await server.services.db.deleteFrom('users').where('id', '=', gone.id).execute()
    const entry = await read('ownerless')
    expect(entry.name).toBe('ownerless')
    expect(entry.owner).toBeUndefined()
  })

  test('stores', async () => {
    expect(await seen(server.request('/api/v1/secret/store', { as: mallory.key }))).toEqual(
      ok([{ storeType: 'concord', description: 'Concord' }]),
    )
  })
})

describe('delete (concord-api §9.11)', () => {
  const remove = (name: string, as = alice.key) => seen(server.request(`${PATH}/${name}`, { as, method: 'DELETE' }))

  test('takes value, links and grants along, and leaves an entry in the log', async () => {
    const project = await givenProject(server, org, 'left')
    const { id } = await make('deleted', { projects: [project] })
    expect(await remove('deleted')).toEqual(ok({ ok: true, result: 'DELETED' }))
    const { db } = server.services
    expect(await db.selectFrom('secretValues').selectAll().where('secretId', '=', id).execute()).toEqual([])
    expect(await db.selectFrom('secretProjects').selectAll().where('secretId', '=', id).execute()).toEqual([])
    expect(await lastAudit(server, id)).toEqual({
      action: 'DELETE',
      userId: alice.id,
      details: { orgId: org.id, secretId: id, name: 'deleted' },
    })
    expect(await remove('deleted')).toEqual(empty(404))
  })

  test('a denied one leaves everything, the log too', async () => {
    const { id } = await make('kept')
    expect(await remove('kept', bob.key)).toEqual(
      text(403, "The current user doesn't have the necessary access level (OWNER) to the secret: kept"),
    )
    expect(await lastAudit(server, id)).toBeUndefined()
  })

  test('a non-member is told so before whether the secret exists', async () => {
    expect((await remove('nope', mallory.key)).status).toBe(403)
    expect((await remove('a%20b')).body[0].id).toBe('SecretResource.delete.arg1')
  })
})
