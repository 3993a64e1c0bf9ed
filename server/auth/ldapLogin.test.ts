import { type AddressInfo, createServer, Socket } from 'node:net'
import { Attribute, Change } from 'ldapts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seen, text } from '../../tests/support/secrets.ts'
import { basic, cookieOf, expectRefusal, LOGOUT, REMEMBER, WHOAMI } from '../../tests/support/signIn.ts'
import {
  addGroup,
  addPerson,
  addRoots,
  BASE,
  groupDn,
  ldapSettings,
  passwordOf,
  type Slapd,
  startSlapd,
  whyNoSlapd,
} from '../../tests/support/slapd.ts'
import { givenOrg, givenTeam, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import type { Sender } from '../actor.ts'
import { createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { findEntry, onlyOnce, passwordFits } from '../directory/ldap.ts'
import { SEED } from '../ids.ts'
import { createLog } from '../log.ts'
import { addUser } from '../users/builtIn.ts'
import { basicPrincipal } from './basic.ts'
import { Guessing } from './guessing.ts'

const missing = whyNoSlapd('directory logins')

let slapd: Slapd
let server: TestServer
let acme: { id: string }
const lines: string[] = []

const settings = (more: Record<string, string> = {}) => ({ ...ldapSettings(slapd), ...more })

beforeAll(async () => {
  if (missing) return
  slapd = await startSlapd({ tls: true })
  await slapd.asAdmin(async (client) => {
    await addRoots(client)
    await addPerson(client, 'alice', { displayName: 'Alice Liddell', mail: 'alice@example.org' })
    await addPerson(client, 'bob')
    await addPerson(client, 'twin')
    await addPerson(client, 'twin', {}, `ou=old,${BASE}`)
    await addPerson(client, 'Star*')
    await addGroup(client, 'keepers', ['alice'])
  })
  server = await startTestServer(settings())
  server.services.log = createLog('info', (line) => lines.push(line))
  acme = await givenOrg(server, 'acme')
  const team = await givenTeam(server, acme, 'keepers')
  await server.services.db
    .insertInto('teamLdapGroups')
    .values({ teamId: team.id, ldapGroup: groupDn('keepers'), role: 'MEMBER' })
    .execute()
})
afterAll(async () => {
  await server?.close()
  await slapd?.close()
})

const signIn = (name: string, password = passwordOf(name), headers = {}) =>
  server.request(WHOAMI, { as: basic(name, password), headers })
const users = (username: string) =>
  server.services.db.selectFrom('users').selectAll().where('username', '=', username).execute()
/** The same server and data with other directory settings. */
const withSettings = (more: Record<string, string>) => {
  const config = readConfig({ DATA_DIR: server.dataDir, ...settings(more) })
  const app = createApp({ ...server.services, config })
  return (name: string, password: string) => app.request(WHOAMI, { headers: { Authorization: basic(name, password) } })
}

describe.skipIf(missing)('a login with an LDAP directory', () => {
  // What a client sees of it is in conformance/directory-login.test.ts.
  test('creates the user on the first success, once and without a password', async () => {
    expect(await users('alice')).toEqual([])
    for (const name of ['alice', 'ALICE']) expect((await signIn(name, passwordOf('alice'))).status).toBe(200)
    const [user, another] = await users('alice')
    expect(another).toBeUndefined()
    expect(user).toMatchObject({ type: 'LDAP', domain: null, email: 'alice@example.org', passwordHash: null })
    const log = await seen(server.request('/api/v1/audit?object=USER&action=CREATE'))
    expect(log.body[0].details).toMatchObject({ userId: user?.id, username: 'alice' })
  })

  test('updates groups, display name and mail address each time', async () => {
    await signIn('bob')
    const change = (type: string, values: string[]) =>
      new Change({ operation: 'replace', modification: new Attribute({ type, values }) })
    await slapd.asAdmin(async (client) => {
      await client.modify(groupDn('keepers'), change('member', [`cn=bob,${BASE}`]))
      await client.modify(`cn=bob,${BASE}`, change('displayName', ['Bob the Second']))
    })
    await signIn('alice')
    const { body } = await seen(signIn('bob'))
    expect(body).toMatchObject({ displayName: 'Bob the Second' })
    const members = await seen(server.request('/api/v1/org/acme/team/keepers/users'))
    expect(members.body.map(({ username }: { username: string }) => username)).toEqual(['bob'])
  })

  test('fails with an unknown name and a name of two entries, and creates no user', async () => {
    await expectRefusal(await signIn('nobody', 'wrong'))
    await expectRefusal(await signIn('twin'))
    expect(lines.at(-1)).toContain('more than one entry matches the filter')
    for (const name of ['nobody', 'twin']) expect(await users(name)).toEqual([])
  })

  test('never sends an empty password, which the directory would accept', async () => {
    await expectMalformed(await signIn('alice', ''))
    const { ldap } = server.services.config
    if (!ldap) throw new Error('The server has a directory')
    const entry = await findEntry(ldap, 'alice', TURN)
    if (!entry) throw new Error('The directory has alice')
    expect(await passwordFits(ldap, entry, passwordOf('alice'), TURN)).toBe(true)
    expect(await passwordFits(ldap, entry, '', TURN)).toBe(false)
    expect(await passwordFits(ldap, { ...entry, dn: '' }, 'x', TURN)).toBe(false)
    await expectRefusal(await signIn('', 'x'))
  })

  test('escapes the name in the filter', async () => {
    for (const name of ['ali*', 'alice)(cn=*', 'alice\0']) {
      await expectRefusal(await signIn(name, passwordOf('alice')))
    }
    expect((await signIn('Star*')).status).toBe(200)
  })

  test('is not used for names of the built-in directory, which keep working', async () => {
    await addUser(server.services.db, {
      username: 'bob',
      password: 'correct horse battery',
      admin: false,
      apiKey: false,
    })
    expect((await seen(signIn('bob', 'correct horse battery'))).body).toMatchObject({ realm: 'internal' })
    await expectRefusal(await signIn('bob'))
    await server.services.db.deleteFrom('users').where('username', '=', 'bob').where('type', '=', 'LOCAL').execute()
    expect((await seen(signIn('bob'))).body).toMatchObject({ realm: 'ldap' })
  })

  test('is throttled after 20 failures, for any domain of the name', async () => {
    const attempt = { guess: failuresOf('alice', 19), turn: TURN }
    const guess = (username: string) =>
      basicPrincipal(server.services, STRANGER, attempt, { username, password: 'wrong' })
    expect(await guess('Alice@example.org')).toBeUndefined()
    await expect(guess('alice')).rejects.toMatchObject({ status: 429 })
  })

  test('is throttled per entry too, for any of its names', async () => {
    const filter = { LDAP_FILTER: '(|(cn={0})(mail={0})(displayName={0}))' }
    const config = readConfig({ DATA_DIR: server.dataDir, ...settings(filter) })
    const entry = config.ldap && (await findEntry(config.ldap, 'alice', TURN))
    if (!entry) throw new Error('The directory has alice')
    const attempt = { guess: failuresOf(`dn:${entry.dn}`, 18), turn: TURN }
    const guess = (username: string, password = 'wrong') =>
      basicPrincipal({ ...server.services, config }, STRANGER, attempt, { username, password })
    expect(await guess('alice')).toBeUndefined()
    expect(await guess('Alice Liddell')).toBeUndefined()
    for (const name of ['alice', 'Alice Liddell']) {
      await expect(guess(name, passwordOf('alice'))).rejects.toMatchObject({ status: 429 })
    }
    expect(await guess('nobody')).toBeUndefined()
  })

  test.each(['ａｌｉｃｅ', ' AliCe ', 'alice@example.org'])('counts %j as the same name', async (spelling) => {
    const attempt = { guess: failuresOf('alice', 20), turn: TURN }
    const credentials = { username: spelling, password: passwordOf('alice') }
    await expect(basicPrincipal(server.services, STRANGER, attempt, credentials)).rejects.toMatchObject({ status: 429 })
  })

  test('is remembered as long as the directory has the user', async () => {
    await slapd.asAdmin((client) => addPerson(client, 'leaver'))
    const cookie = cookieOf(await signIn('leaver', passwordOf('leaver'), REMEMBER), 'rememberMe')
    const remembered = () => server.request(WHOAMI, { as: '', headers: { Cookie: cookie } })
    const answer = await remembered()
    expect((await seen(answer)).body).toMatchObject({ realm: 'ldap', username: 'leaver' })
    await slapd.asAdmin((client) => client.del(`cn=leaver,${BASE}`))
    await expectRefusal(await remembered())
    expect((await server.request(LOGOUT, { method: 'POST', as: '' })).status).toBe(204)
  })
})

describe.skipIf(missing)('the identity of a user', () => {
  test('comes from the entry, with its domain, not from the input', async () => {
    const attributes = { LDAP_USERNAME_ATTRIBUTE: 'mail', LDAP_FILTER: '(|(cn={1})(mail={0}))' }
    const signInByMail = withSettings(attributes)
    for (const typed of ['alice', 'alice@example.org', 'alice@elsewhere.example']) {
      const { body } = await seen(signInByMail(typed, passwordOf('alice')))
      expect(body).toMatchObject({ username: 'alice', userDomain: 'example.org' })
    }
    expect((await users('alice')).map(({ domain }) => domain).sort()).toEqual(['example.org', null])
  })

  test('needs the attribute of the name', async () => {
    const signInByMail = withSettings({ LDAP_USERNAME_ATTRIBUTE: 'mail' })
    expect((await signInByMail('bob', passwordOf('bob'))).status).toBe(401)
    expect(lines.at(-1)).toContain('the entry has no mail')
  })
})

describe.skipIf(missing)('the connection', () => {
  test('is encrypted with StartTLS, if the certificate is from the CA and for the host', async () => {
    const tls = { LDAP_STARTTLS: 'on', LDAP_CA_FILE: slapd.ca }
    const url = (host: string) => ({ LDAP_URL: `ldap://${host}:${slapd.port}` })
    const statusWith = async (more: Record<string, string>) =>
      (await withSettings(more)('alice', passwordOf('alice'))).status
    expect(await statusWith({ ...tls, ...url('127.0.0.1') })).toBe(200)
    expect(await statusWith({ ...tls, ...url('localhost') })).toBe(200)
    expect(await statusWith({ LDAP_STARTTLS: 'on' })).toBe(401)
    expect(lines.at(-1)).toMatch(/SELF_SIGNED|UNABLE_TO/)
    expect(await statusWith({ ...tls, ...url('127.0.0.2') })).toBe(401)
  })

  test('never reconnects: after StartTLS the new connection would not be encrypted', () => {
    const sockets: Socket[] = []
    const open = onlyOnce(() => new Socket(), sockets)
    expect(open()).toBe(sockets[0])
    expect(open).toThrow('the connection was lost')
    expect(sockets).toHaveLength(1)
  })

  test('to an unreachable or silent directory is a 401 and a line in the log, and throttles nobody', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const config = readConfig({ DATA_DIR: server.dataDir, ...settings({ LDAP_URL: `ldap://127.0.0.1:${port}` }) })
    if (config.ldap) config.ldap.timeout = 200
    const app = createApp({ ...server.services, config })
    const signInThere = () => app.request(WHOAMI, { headers: { Authorization: basic('alice', passwordOf('alice')) } })
    await expectRefusal(await signInThere())
    expect(lines.at(-1)).toContain('the directory failed during a login')
    silent.close()

    await slapd.stop()
    const attempt = { guess: failuresOf('alice', 19), turn: TURN }
    const credentials = { username: 'alice', password: passwordOf('alice') }
    expect(await basicPrincipal(server.services, STRANGER, attempt, credentials)).toBeUndefined()
    expect(() => attempt.guess.refuse('alice')).not.toThrow()
    expect(lines.at(-1)).toMatch(/ERROR|error/)
    expect(lines.at(-1)).toContain('ECONNREFUSED')
    await slapd.restart()
    expect((await signIn('alice')).status).toBe(200)
  })

  test('needs the bind user’s right password, and does not reveal it', async () => {
    const signInThere = withSettings({ LDAP_BIND_PASSWORD: 'wrong-Passw0rd' })
    expect((await signInThere('alice', passwordOf('alice'))).status).toBe(401)
    expect(lines.at(-1)).toContain('LDAP_BIND_DN or its password is refused')
    const log = lines.join('\n')
    for (const password of ['alice', 'wrong', 'admin', 'bob'].map(passwordOf)) expect(log).not.toContain(password)
  })
})

describe.skipIf(missing)('an LDAP user created by an admin', () => {
  const post = (json: object) => seen(server.request('/api/v1/user', { json }))

  test('must exist in the directory', async () => {
    await slapd.asAdmin((client) => addPerson(client, 'carol', { displayName: 'Carol' }))
    const { body } = await post({ username: 'carol', type: 'LDAP', roles: ['concordSystemReader'] })
    expect(body).toMatchObject({ username: 'carol', result: 'CREATED' })
    const log = await seen(server.request('/api/v1/audit?object=USER&limit=1'))
    expect(log.body[0].details).toMatchObject({ userId: body.id, username: 'carol', roles: ['concordSystemReader'] })
    expect((await users('carol'))[0]).toMatchObject({ id: body.id, type: 'LDAP', displayName: 'Carol' })
    expect((await post({ username: 'carol', type: 'LDAP' })).body).toMatchObject({ id: body.id, result: 'UPDATED' })
    expect(await post({ username: 'nobody', type: 'LDAP' })).toEqual(
      text(500, 'Error while retrieving LDAP information for nobody'),
    )
    expect((await signIn('carol')).status).toBe(200)
    expect(await users('carol')).toHaveLength(1)
    expect((await users('admin'))[0]?.id).toBe(SEED.adminUser)
  })
})

/** For calls that record nothing. */
const STRANGER = {} as Sender
const TURN = { who: '192.0.2.1' }

function failuresOf(name: string, count: number) {
  const guess = new Guessing().from(TURN.who)
  for (let i = 0; i < count; i++) guess.failed([name])
  return guess
}

async function expectMalformed(answer: Response) {
  expect(answer.status).toBe(401)
  expect(await answer.json()).toEqual({ message: 'Invalid session token' })
}
