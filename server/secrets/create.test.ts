import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { file, givenSecret, lastAudit, ok, seen, text, utf8, validation } from '../../tests/support/secrets.ts'
import {
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { generateKeyPair } from '../vault/keyPair.ts'

let server: TestServer
let member: { id: string; key: string }
let outsider: { key: string }
let project: { id: string; name: string }
let second: { id: string; name: string }
let foreign: { id: string; name: string }
const path = '/api/v1/org/acme/secret'
const SMALL = { type: 'DATA', data: 'value' }

beforeAll(async () => {
  server = await startTestServer()
  const org = await givenOrg(server, 'acme')
  member = await givenUser(server, 'alice')
  outsider = await givenUser(server, 'mallory')
  await givenTeam(server, org, 'team', [member])
  project = await givenProject(server, org, 'project')
  second = await givenProject(server, org, 'second')
  foreign = await givenProject(server, await givenOrg(server, 'other'), 'foreign')
  await givenSecret(server, org, 'taken')
})
afterAll(() => server.close())

const create = (form: Record<string, string | Blob>, as = member.key) => server.request(path, { as, form })
const read = async (name: string) => (await seen(server.request(`/api/v2/org/acme/secret/${name}`))).body
const value = async (name: string, form: Record<string, string | Blob> = { storePassword: '' }) =>
  Buffer.from(await (await server.request(`${path}/${name}/data`, { as: member.key, form })).arrayBuffer())

describe('what is wrong is found in Concord’s order (concord-api §9.5)', () => {
  /** A request with every mistake; each row mends one, so that the next is found. */
  const MISTAKES: Record<string, string | Blob> = {
    storeType: 'vault',
    storePassword: 'short',
    visibility: 'private',
    projectIds: 'junk',
    private: 'a private key without a public one is no mistake',
  }
  const INVALID_NAME =
    'Invalid secret name: a b. Must contain only alphanumeric characters, digits, underscore, @, dot (.) or a minus (-). ' +
    'Must start with an alphanumeric character or a digit. Must be between 2 and 128 characters in length.'
  const rows: [string, Record<string, string | Blob>, ReturnType<typeof text> | ReturnType<typeof validation>][] = [
    ['no type', {}, validation("'type' is required")],
    ['blank type', { type: ' ' }, validation("'type' is required")],
    ['unknown type', { type: 'FILE' }, validation('Unsupported secret type: FILE')],
    ['unknown store', { type: 'data' }, validation('Secret store of type vault is not available!')],
    ['no name', { storeType: 'CONCORD' }, text(400, 'name not specified')],
    ['bad name', { name: 'a b' }, validation(INVALID_NAME)],
    ['taken name', { name: 'taken' }, validation('Secret already exists: taken')],
    [
      'weak password',
      { name: 'ladder' },
      text(400, 'Invalid password: Password must be at least seven (7) characters'),
    ],
    ['bad visibility', { storePassword: 'Aa1Bb2Cc3' }, text(400, 'Invalid visibility value: private')],
    ['bad project id', { visibility: 'PRIVATE' }, text(500, 'Error parsing the request')],
    ['bad old project id', { projectIds: '', projectId: 'x' }, text(500, 'Error parsing the request')],
    ['unknown project', { projectId: '', projects: 'project,nope' }, validation('Project not found: nope')],
    ['unknown old project', { projects: '', project: 'nope' }, validation('Project not found: nope')],
    ['no data', { project: '' }, text(400, 'data not specified')],
    [
      'too much data',
      { data: file(Buffer.alloc(1024 * 1024 + 1)) },
      text(500, 'ERROR: java.lang.IllegalArgumentException: File size exceeds limit of 1048576 bytes'),
    ],
  ]
  test.each(rows.map((row, i) => [row[0], i] as const))('%s', async (_, i) => {
    const form = Object.assign({}, MISTAKES, ...rows.slice(0, i + 1).map(([, mended]) => mended))
    expect(await seen(create(form))).toEqual(rows[i]?.[2])
  })

  test('the organization comes before all of it', async () => {
    const request = (org: string, as: string) => server.request(`/api/v1/org/${org}/secret`, { as, form: MISTAKES })
    expect(await seen(request('nope', member.key))).toEqual(validation('Organization not found: nope'))
    expect(await seen(request('acme', outsider.key))).toEqual(
      text(403, "The current user (mallory) doesn't belong to the specified organization: acme"),
    )
    const pattern = 'must match "^[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}$"'
    expect(await seen(request('a%20b', member.key))).toEqual(validation(pattern, 'SecretResource.create.arg0'))
  })

  test.each([
    ['KEY_PAIR', { public: 'ssh-rsa' }, 'private not specified'],
    ['USERNAME_PASSWORD', {}, 'username not specified'],
    ['USERNAME_PASSWORD', { username: 'joe', password: ' ' }, 'password not specified'],
    ['DATA', { DATA: 'the name of a file field has one spelling' }, 'data not specified'],
  ])('a part of a %s is missing', async (type, parts, message) => {
    expect(await seen(create({ type, name: 'parts', ...parts }))).toEqual(text(400, message))
  })

  test('a project that does not exist breaks the foreign key', async () => {
    const answer = await seen(
      create({ ...SMALL, name: 'fk-secret', projectIds: '00000000-0000-0000-0000-00000000dead' }),
    )
    expect(answer.status).toBe(500)
    expect(answer.body).toMatch(/^ERROR: org\.jooq\.exception\.IntegrityConstraintViolationException/)
    expect((await server.request('/api/v2/org/acme/secret/fk-secret')).status).toBe(404)
  })

  test.each([
    ['Aa1Bb2', 'Password must be at least seven (7) characters'],
    ['aa1bb2cc', 'Password must contain an UPPER character'],
    ['AA1BB2CC', 'Password must contain a lowercase character'],
    ['AaaBbbCcc', 'Password must contain a numeric character'],
    ['Xx1alice', 'Passwords may NOT contain three (3) consecutive characters from your user account name'],
  ])('store password %s', async (storePassword, rule) => {
    expect(await seen(create({ ...SMALL, name: 'weak', storePassword }))).toEqual(
      text(400, `Invalid password: ${rule}`),
    )
  })

  test('a validation error has no body for those who accept plain JSON only (concord-api §14 Q22)', async () => {
    const answer = await server.request(path, { form: { type: 'FILE' }, headers: { Accept: 'application/json' } })
    expect(await seen(answer)).toEqual({ status: 400, type: null, body: '' })
  })
})

describe('each type comes back byte for byte', () => {
  const MIB = Buffer.alloc(1024 * 1024, 'ä')
  const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

  test.each([
    ['text', 'plain', Buffer.from('plain')],
    ['non-ASCII', file('grüße, 世界 🔑'), Buffer.from('grüße, 世界 🔑')],
    ['several lines', file('one\ntwo\r\nthree\n'), Buffer.from('one\ntwo\r\nthree\n')],
    ['outer blanks', file('  \t value \n '), Buffer.from('  \t value \n ')],
    ['any byte', file(ALL_BYTES), ALL_BYTES],
    ['a boundary', file('\r\n--boundary--\r\n'), Buffer.from('\r\n--boundary--\r\n')],
    ['nothing', file(''), Buffer.alloc(0)],
    ['1 MiB', file(MIB), MIB],
  ])('DATA: %s', async (what, data, expected) => {
    const name = `data-${what.replace(/\W/g, '-')}`
    expect((await create({ type: 'DATA', name, data })).status).toBe(200)
    expect((await value(name)).equals(expected)).toBe(true)
  })

  test('DATA with a store password of non-ASCII characters', async () => {
    const storePassword = utf8('Grüße1Zürich')
    const answer = await seen(create({ ...SMALL, name: 'data-pw', storePassword }))
    expect(answer.body).toMatchObject({ password: 'Grüße1Zürich' })
    expect((await value('data-pw', { storePassword })).toString()).toBe('value')
    expect(await read('data-pw')).toMatchObject({ encryptedBy: 'PASSWORD' })
  })

  test('USERNAME_PASSWORD: trimmed, in UTF-8', async () => {
    const login = { username: utf8(' jürgen '), password: utf8(' pässwörd€ ') }
    await create({ type: 'username_password', name: 'login', ...login })
    const name = Buffer.from('jürgen')
    const password = Buffer.from('pässwörd€')
    const expected = [Buffer.of(0, name.length), name, Buffer.of(0, 0, 0, password.length), password]
    expect(await value('login')).toEqual(Buffer.concat(expected))
  })

  test('USERNAME_PASSWORD without a character set loses what is not ASCII (concord-api §14 Q26)', async () => {
    await create({ type: 'USERNAME_PASSWORD', name: 'login-ascii', username: 'jürgen', password: 'x' })
    const name = Buffer.from('j\ufffd\ufffdrgen')
    expect((await value('login-ascii')).subarray(2, 2 + name.length)).toEqual(name)
  })

  test('KEY_PAIR as uploaded, whatever it is', async () => {
    const privateKey = Buffer.from([0, 1, 255, 10])
    const pair = { public: file('ssh-rsa AAAA test\n'), private: file(privateKey) }
    const answer = await seen(create({ type: 'KEY_PAIR', name: 'pair', ...pair }))
    expect(answer).toEqual(
      ok({ ok: true, result: 'CREATED', id: expect.any(String), publicKey: 'ssh-rsa AAAA test\n' }),
    )
    const publicKey = Buffer.from('ssh-rsa AAAA test\n')
    const expected = [Buffer.of(0, 0, 0, publicKey.length), publicKey, Buffer.of(0, 0, 0, 4), privateKey]
    expect(await value('pair')).toEqual(Buffer.concat(expected))
  })

  test('KEY_PAIR without a public key is made here, a lone private key is ignored', { timeout: 180_000 }, async () => {
    const answer = await seen(create({ type: 'KEY_PAIR', name: 'new-pair', private: 'ignored' }))
    expect(answer.body.publicKey).toMatch(/^ssh-rsa [A-Za-z0-9+/=]{716} concord-server\n$/)
    const bytes = await value('new-pair')
    const length = bytes.readInt32BE(0)
    expect(bytes.subarray(4, 4 + length).toString()).toBe(answer.body.publicKey)
    expect(bytes.subarray(8 + length).toString()).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/)
  })
})

describe('what is stored', () => {
  test('the least: PUBLIC, server key, the caller as owner; and its entry in the log', async () => {
    const answer = await seen(create({ ...SMALL, name: 'least' }))
    expect(answer).toEqual(ok({ ok: true, result: 'CREATED', id: expect.any(String) }))
    const entry = await read('least')
    expect(entry).toEqual({
      ...{ id: answer.body.id, name: 'least', orgId: expect.any(String), orgName: 'acme', projects: [], type: 'DATA' },
      ...{ encryptedBy: 'SERVER_KEY', storeType: 'concord', visibility: 'PUBLIC', createdAt: expect.any(String) },
      owner: { id: member.id, username: 'alice', displayName: 'The alice', userType: 'LOCAL' },
    })
    expect(await lastAudit(server, answer.body.id)).toEqual({
      action: 'CREATE',
      userId: member.id,
      details: { orgId: entry.orgId, secretId: entry.id, type: 'DATA', storeType: 'concord', name: 'least' },
    })
  })

  test('nothing in the database shows the value or the password', async () => {
    const storePassword = 'Unguessable1'
    expect((await create({ type: 'DATA', name: 'hidden', data: 'the-clear-value', storePassword })).status).toBe(200)
    const rows = await server.services.db.selectFrom('secretValues').selectAll().execute()
    const audit = await server.services.db.selectFrom('auditLog').selectAll().execute()
    const all = rows.map((row) => Buffer.from(row.data).toString('latin1')).join() + JSON.stringify(audit)
    expect(all).not.toContain('the-clear-value')
    expect(all).not.toContain(storePassword)
  })

  test.each([
    ['ids', () => ({ projectIds: ` ${project.id} ,${second.id}` }), ['project', 'second']],
    ['names', () => ({ projects: 'second, project' }), ['project', 'second']],
    ['one id', () => ({ projectId: second.id, project: 'project' }), ['second']],
    ['one name', () => ({ project: 'project' }), ['project']],
    ['ids before names', () => ({ projectIds: project.id, projects: 'second' }), ['project']],
    ['a project of another organization, by id (concord-api §14 Q9)', () => ({ projectIds: foreign.id }), ['foreign']],
  ])('linked by %s', async (what, fields, expected) => {
    const name = `linked-${what.replace(/\W/g, '-')}`
    await create({ ...SMALL, name, ...fields() })
    const { projects } = await read(name)
    expect(projects.map((linked: { name: string }) => linked.name)).toEqual(expected)
    expect(projects[0]).toMatchObject({ rawPayloadMode: 'DISABLED', processExecMode: 'READERS' })
  })

  test.each([
    ['generated', { generatePassword: 'TRUE' }, 'PASSWORD', /^\S{12}$/],
    ['given, which wins', { generatePassword: 'true', storePassword: ' Aa1Bb2Cc3 ' }, 'PASSWORD', /^Aa1Bb2Cc3$/],
    ['blank', { storePassword: '  ' }, 'SERVER_KEY', undefined],
  ])('store password: %s', async (what, fields, encryptedBy, password) => {
    const name = `password-${what.slice(0, 5)}`
    const { body } = await seen(create({ ...SMALL, name, ...fields }))
    if (password) {
      expect(body.password).toMatch(password)
      expect((await value(name, { storePassword: utf8(body.password) })).toString()).toBe('value')
    } else {
      expect(body.password).toBeUndefined()
    }
    expect(await read(name)).toMatchObject({ encryptedBy })
  })

  test('a key that was still being made when its maker left the organization is not stored', async () => {
    const leaver = await givenUser(server, 'leaver')
    await givenTeam(server, { id: (await read('taken')).orgId }, 'leavers', [leaver])
    expect((await create({ ...SMALL, name: 'before' }, leaver.key)).status).toBe(200)
    // They are made in turns, and the one of the request comes last.
    const others = Array.from({ length: 3 }, () => generateKeyPair())
    const answer = seen(create({ type: 'KEY_PAIR', name: 'too-late' }, leaver.key))
    await others[0]
    await server.services.db.deleteFrom('teamUsers').where('userId', '=', leaver.id).execute()
    expect(await answer).toEqual(
      text(403, "The current user (leaver) doesn't belong to the specified organization: acme"),
    )
    await Promise.all(others)
    expect((await seen(server.request('/api/v2/org/acme/secret/too-late'))).status).toBe(404)
  })

  test('who asks for many slow things at once is told to come back, and others do not wait for them', async () => {
    const gone = new AbortController()
    const crowd = Array.from({ length: 60 }, (_, i) => {
      const body = new FormData()
      const fields = { ...SMALL, name: `crowd-${i}`, generatePassword: 'true' }
      for (const [name, value] of Object.entries(fields)) body.append(name, value)
      return server.app.request(path, {
        ...{ method: 'POST', body, signal: gone.signal },
        headers: { Authorization: member.key },
      })
    })
    const busy = await Promise.any(crowd.map(async (answer) => ((await answer).status === 429 ? answer : never())))
    expect(busy.headers.get('Retry-After')).toBe('15')
    const { key } = await givenUser(server, 'calm', 'concordAdmin')
    expect((await create({ ...SMALL, name: 'calm', generatePassword: 'true' }, key)).status).toBe(200)
    gone.abort()
    const made = (await Promise.all(crowd)).filter(({ status }) => status === 200)
    expect(made.length).toBeLessThan(20)
    const list = await seen(server.request(`${path}?filter=crowd-`))
    expect(list.body).toHaveLength(made.length)
  })

  test('of two at the same time with one name, one gets it', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ ...SMALL, name: 'race' })))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400, 400, 400, 400])
  })
})

const never = () => Promise.reject(new Error('not busy'))
