import { describe, expect, test } from 'vitest'
import { admin, anonymous, basic, cookieValue, withHeaders } from './lib/caller.ts'
import { addGroup, addToDirectory, removeFromDirectory } from './lib/directory.ts'
import { expectJson, expectResult, expectText, expectUnauthorized, jsonOf } from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import { server } from './lib/server.ts'
import { made, newWorld, removeLater } from './lib/world.ts'
import { hasUserInfo, rememberMeNeedsACookie, whoamiTellsDisabledUsers } from './versions.ts'

// concord-api §2.2: Basic logins, verified by an LDAP directory.

const CONSOLE = '/api/service/console'
const REMEMBER = { 'X-Concord-RememberMe': 'true' }
const world = newWorld('ldap')

const whoami = (headers: Record<string, string>, cookie?: string) =>
  withHeaders(headers).get(`${CONSOLE}/whoami`, cookie === undefined ? {} : { cookie })
const login = (name: string, password: string, headers: Record<string, string> = {}, cookie?: string) =>
  whoami({ Authorization: basic(name, password), ...headers }, cookie)
const sessionOf = (answer: Answer) => `JSESSIONID=${cookieValue(answer, 'JSESSIONID')}`

const usernameOf = ({ username }: { username: string }) => username

/** A user of the directory, and of Concord after their first login. */
async function person(base: string, password = `${base}-Passw0rd`, group?: string) {
  const name = world.unique(base)
  const groupDn = await addToDirectory(name, password, group)
  const entry = async () => {
    const { id } = jsonOf(await admin.get(`/api/v1/user/${name}`))
    removeLater(`/api/v1/user/${id}`)
    return id as string
  }
  return { name, password, groupDn, entry }
}

describe.runIf(server.directory)('Basic for a user of the directory', () => {
  test('signs in, in the realm ldap, and creates the user on the first success', async () => {
    const { name, password, entry } = await person('first')
    const { orgs, ...rest } = jsonOf(await login(name, password))
    expect(rest).toEqual({ realm: 'ldap', username: name, displayName: `The ${name}` })
    expect(orgs).toMatchObject([{ name: 'Default' }])
    expect(jsonOf(await admin.get(`/api/v2/user/${await entry()}`))).toMatchObject({ name, type: 'LDAP' })
  })
  test('opens a session by default', async () => {
    const { name, password, entry } = await person('session')
    const answer = await login(name, password)
    await entry()
    expect(jsonOf(await whoami({}, sessionOf(answer)))).toMatchObject({ realm: 'ldap', username: name })
  })
  test('ignores the case of the name, and whitespace around it', async () => {
    const { name, password, entry } = await person('blanks')
    expect(jsonOf(await login(` ${name.toUpperCase()} `, password)).username).toBe(name)
    await entry()
  })
  test('uses the password unchanged: whitespace around it counts', async () => {
    const { name, entry } = await person('padded', ' pass:word ')
    expect(jsonOf(await login(name, ' pass:word ')).username).toBe(name)
    await entry()
    expectUnauthorized(await login(name, 'pass:word'), { challenge: false })
  })
  test('is UTF-8', async () => {
    const { name, entry } = await person('umlaut', 'grüße, 世界')
    expect(jsonOf(await login(name, 'grüße, 世界')).username).toBe(name)
    await entry()
    const Authorization = `Basic ${Buffer.from(`${name}:grüße`, 'latin1').toString('base64')}`
    expectUnauthorized(await whoami({ Authorization }), { challenge: false })
  })
  test('is a 401 with a wrong password, or one in another case', async () => {
    const { name, password } = await person('refused')
    for (const wrong of ['wrong', password.toUpperCase()]) {
      expectUnauthorized(await login(name, wrong), { challenge: false })
    }
  })
  test('takes the part before the first @ as the name; the rest is their domain only if their entry says so', async () => {
    const { name, password, entry } = await person('at')
    const { username, userDomain } = jsonOf(await login(`${name}@example.org`, password))
    await entry()
    expect({ username, userDomain }).toEqual({ username: name, userDomain: undefined })
  })
  test('a disabled user gets a 401; an existing session stays valid, but not on ours', async () => {
    const { name, password, entry } = await person('gone')
    const cookie = sessionOf(await login(name, password))
    const id = await entry()
    made(await admin.put(`/api/v1/user/${id}/disable`))
    expectUnauthorized(await login(name, password), { challenge: false })
    const status = server.kind === 'ours' ? 403 : 200
    expect((await anonymous.get('/api/v1/org/Default', { cookie })).status).toBe(status)
    if (whoamiTellsDisabledUsers) expectText(await whoami({}, cookie), 403, `User is disabled: ${id}`)
  })

  test('a disabled user is not remembered: gets a session cookie without access, then the deletion, twice', async () => {
    const { name, password, entry } = await person('forgotten')
    const remembered = cookieValue(await login(name, password, REMEMBER, 'a=b'), 'rememberMe')
    made(await admin.put(`/api/v1/user/${await entry()}/disable`))
    const answer = await whoami({}, `rememberMe=${remembered}`)
    expectUnauthorized(answer, { challenge: false })
    const names = answer.headers['set-cookie']?.map((cookie) => cookie.replace(/;.*/, ''))
    expect(names).toEqual([expect.stringMatching(/^JSESSIONID=./), 'rememberMe=deleteMe', 'rememberMe=deleteMe'])
    expectUnauthorized(await whoami({}, names?.[0]), { challenge: false })
  })
  test('is remembered; before 2.23 only if the request had any cookie', async () => {
    const { name, password, entry } = await person('remembered')
    const without = cookieValue(await login(name, password, REMEMBER), 'rememberMe')
    await entry()
    if (rememberMeNeedsACookie) expect(without).toBeUndefined()
    else expect(without).toMatch(/./)
    const remembered = cookieValue(await login(name, password, REMEMBER, 'a=b'), 'rememberMe')
    const answer = await whoami({}, `rememberMe=${remembered}`)
    expect(jsonOf(answer)).toMatchObject({ realm: 'ldap', username: name })
    expect(jsonOf(await whoami({}, sessionOf(answer))).username).toBe(name)
  })
})

describe.runIf(server.directory)('LDAP groups', async () => {
  if (!server.directory) return
  const org = await world.org('org')
  const { id: teamId } = await world.team(org, 'grouped')
  const { name, password, groupDn, entry } = await person('grouped', undefined, world.unique('keepers'))
  const team = `${org.v1}/team/grouped`
  made(await admin.put(`${team}/ldapGroups`, { json: [{ group: groupDn, role: 'MAINTAINER' }] }))
  const signedIn = await login(name, password)
  const userId = await entry()
  const cookie = sessionOf(signedIn)

  test('make a user a member of the teams that have them', async () => {
    expect(jsonOf(signedIn).orgs).toContainEqual({ id: org.id, name: org.name })
    const secret = await world.secret(org, { visibility: 'PRIVATE' })
    await world.grant(secret, [{ team: { id: teamId, name: 'grouped' }, level: 'READER' }])
    expect(jsonOf(await anonymous.get(secret.v2, { cookie })).id).toBe(secret.id)
  })
  test('give the role that the team gives them', async () => {
    const colleague = await world.user('colleague')
    expectJson(await anonymous.put(`${team}/users`, { cookie, json: [{ userId: colleague.id }] }), { ok: true })
    made(await admin.delete(`${team}/users`, { json: [colleague.name] }))
    expect((await anonymous.delete(team, { cookie })).status).toBe(403)
  })
  test('have roles: their members get the role’s permissions', async () => {
    const role = world.unique('maker')
    removeLater(`/api/v1/role/${role}`)
    made(await admin.post('/api/v1/role', { json: { name: role, permissions: ['createOrg'] } }))
    const maker = await person('maker', undefined, world.unique('makers'))
    await login(maker.name, maker.password)
    await maker.entry()
    const create = async () => {
      const orgName = world.unique('made')
      removeLater(`/api/v1/org/${orgName}?confirmation=yes`)
      const session = sessionOf(await login(maker.name, maker.password))
      return (await anonymous.post('/api/v1/org', { cookie: session, json: { name: orgName } })).status
    }
    expect(await create()).toBe(500)
    expectResult(await admin.put(`/api/v1/role/${role}/ldapGroups`, { json: [maker.groupDn] }), 'UPDATED')
    expect(await create()).toBe(200)
  })
  test('show in the team, after its own members', async () => {
    const entries = jsonOf(await admin.get(`${team}/users`))
    expect(entries).toHaveLength(2)
    expect(entries[0]).toMatchObject({ username: 'admin', memberType: 'SINGLE' })
    expect(entries[1]).toEqual({
      ...{ userId, username: name, displayName: `The ${name}`, userType: 'LDAP' },
      ...{ role: 'MAINTAINER', memberType: 'LDAP_GROUP', ldapGroupSource: groupDn },
    })
  })
  test('are read from the directory on an admin’s request', async () => {
    const later = await person('later')
    await login(later.name, later.password)
    await later.entry()
    const group = await addGroup(world.unique('latecomers'), later.name)
    const entries = async () => jsonOf(await admin.get(`${team}/users`)).map(usernameOf)
    made(await admin.put(`${team}/ldapGroups`, { json: [{ group, role: 'MEMBER' }] }))
    expect(await entries()).not.toContain(later.name)
    const SYNC = '/api/v1/userldapgroup/sync'
    expectResult(await admin.post(SYNC, { json: { username: later.name.toUpperCase() } }), 'UPDATED')
    expect(await entries()).toContain(later.name)
    const elsewhere = { username: later.name, userDomain: 'elsewhere' }
    expectText(await admin.post(SYNC, { json: elsewhere }), 400, `User not found: ${later.name}`)
    await removeFromDirectory(later.name)
    const gone = `User '${later.name}' with domain 'null' not found in LDAP`
    expectText(await admin.post(SYNC, { json: { username: later.name } }), 400, gone)
  })
  test('are found by a part of their name, ignoring case; % and _ are wildcards', async () => {
    const found = [{ groupName: groupDn, displayName: groupDn }]
    for (const filter of [`KEEPERS-LDAP-${server.run}`, `keepers_ldap_${server.run}`, `keepers%${server.run}`]) {
      expectJson(await admin.get(`${CONSOLE}/search/ldapGroups`, { query: { filter } }), found)
    }
  })
  test.runIf(hasUserInfo)('are in userInfo, but their teams are not', async () => {
    const { ldapGroups, teams } = jsonOf(await anonymous.get(`${CONSOLE}/userInfo`, { cookie }))
    expect(ldapGroups).toEqual([groupDn])
    expect(teams).toEqual([{ orgName: 'Default', teamName: 'default', role: 'MEMBER' }])
  })
  test.runIf(hasUserInfo)('are not returned to a user who signed in with an API key', async () => {
    const { key } = made(await admin.post('/api/v1/apikey', { json: { userId, name: 'main' } }))
    const info = jsonOf(await withHeaders({ Authorization: key }).get(`${CONSOLE}/userInfo`))
    expect(info).not.toHaveProperty('ldapGroups')
    expect((await withHeaders({ Authorization: key }).get(team)).status).toBe(200)
  })
})
