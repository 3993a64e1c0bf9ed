import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { empty, givenSecret, ok, seen, text, validation } from '../../tests/support/secrets.ts'
import {
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'

const CONSOLE = '/api/service/console'

let server: TestServer
let alice: { id: string; key: string }
let mallory: { id: string; key: string }

beforeAll(async () => {
  server = await startTestServer()
  const org = await givenOrg(server, 'acme')
  const other = await givenOrg(server, 'other')
  alice = await givenUser(server, 'alice', 'concordSystemReader')
  mallory = await givenUser(server, 'mallory')
  await givenTeam(server, org, 'team', [alice], 'MAINTAINER')
  await givenTeam(server, other, 'grouped')
  const project = await givenProject(server, org, 'project', 'PRIVATE')
  await givenSecret(server, org, 'secret', { visibility: 'PRIVATE' })
  await server.request('/api/v1/org/acme/project', {
    json: {
      id: project.id,
      repositories: { repo: { url: 'https://git.invalid/x.git', branch: 'main', disabled: true } },
    },
  })
  await server.request('/api/v1/org/other/team/grouped/ldapGroups?replace=true', {
    method: 'PUT',
    json: [{ group: 'cn=keepers,dc=example', role: 'OWNER' }],
  })
  const { db } = server.services
  await db.insertInto('userLdapGroups').values({ userId: alice.id, ldapGroup: 'cn=keepers,dc=example' }).execute()
})
afterAll(() => server.close())

const ask = (path: string, as = alice.key, more: object = {}) =>
  seen(server.request(`${CONSOLE}/${path}`, { as, ...more }))

describe('who am I', () => {
  test('says how one signed in, and the organizations that one is in through teams and LDAP groups', async () => {
    const answer = await ask('whoami')
    expect(answer.body).toMatchObject({ realm: 'apikey', username: 'alice', displayName: 'The alice' })
    expect(answer.body.orgs.map(({ name }: { name: string }) => name)).toEqual(['acme', 'other'])
  })

  test('leaves out what is empty; the name stands in for a display name', async () => {
    await server.request('/api/v1/user', { json: { username: 'plain', userType: 'LOCAL' } })
    const made = await server.request('/api/v1/apikey', { json: { username: 'plain' } })
    const { key } = await made.json()
    expect((await ask('whoami', key)).body).toEqual({
      realm: 'apikey',
      username: 'plain',
      displayName: 'plain',
      orgs: [{ id: expect.any(String), name: 'Default' }],
    })
    expect((await ask('whoami', mallory.key)).body).not.toHaveProperty('orgs')
  })

  test('user info lists direct memberships and the roles of the login; LDAP groups are not for API keys', async () => {
    expect(await ask('userInfo')).toEqual(
      ok({
        id: alice.id,
        displayName: 'The alice',
        teams: [{ orgName: 'acme', teamName: 'team', role: 'MAINTAINER' }],
        roles: ['concordSystemReader'],
      }),
    )
    expect((await ask('userInfo', mallory.key)).body).toEqual({ id: mallory.id, displayName: 'The mallory' })
  })
})

describe('exists checks', () => {
  test.each(['org/acme/secret/secret', 'org/acme/team/team', 'org/acme/project/project/repo/repo'])(
    'of %s: true for members, false for others and for other names',
    async (path) => {
      expect(await ask(`${path}/exists`)).toEqual(ok(true))
      const inCapitals = path.replace(/[^/]+$/, (name) => name.toUpperCase())
      expect(await ask(`${inCapitals}/exists`)).toEqual(ok(false))
      expect(await ask(`${path}%20b/exists`)).toEqual(ok(false))
      expect(await ask(`${path}/exists`, mallory.key)).toEqual(ok(false))
    },
  )

  test('of a project: a 403 for those who are not members', async () => {
    expect(await ask('org/acme/project/project/exists')).toEqual(ok(true))
    expect(await ask('org/acme/project/nope/exists')).toEqual(ok(false))
    expect(await ask('org/acme/project/project/exists', mallory.key)).toEqual(
      text(403, "The current user (mallory) doesn't belong to the specified organization: acme"),
    )
  })

  test('in an organization or project that does not exist: a 400', async () => {
    expect(await ask('org/nope/secret/secret/exists')).toEqual(validation('Organization not found: nope'))
    expect(await ask('org/acme/project/nope/repo/repo/exists')).toEqual(text(400, 'Project not found: nope'))
  })

  test('of an API key: one’s own', async () => {
    await server.request('/api/v1/apikey', { as: alice.key, json: { name: 'laptop' } })
    expect(await ask('apikey/laptop/exists')).toEqual(ok(true))
    expect(await ask('apikey/laptop/exists', mallory.key)).toEqual(ok(false))
  })
})

describe('validate-password', () => {
  const validate = (password: string, headers = {}) =>
    ask('validate-password', alice.key, { method: 'POST', text: password, headers })

  test('answers true or false, by the rules for store passwords and the caller’s name', async () => {
    expect(await validate('Aa1Bb2C')).toEqual(ok(true))
    expect(await validate('Aa1Bb2')).toEqual(ok(false))
    expect(await validate('Aa1Bb2lic')).toEqual(ok(false))
    expect(await validate(' Aa1Bb2')).toEqual(ok(true))
    expect(await validate('')).toEqual(ok(false))
  })

  test('wants plain text', async () => {
    expect(await validate('Aa1Bb2C', { 'Content-Type': 'application/json' })).toEqual(empty(415))
  })
})

describe('search for LDAP groups', () => {
  const search = (filter: string) => ask(`search/ldapGroups?filter=${encodeURIComponent(filter)}`)
  const found = ok([{ groupName: 'cn=keepers,dc=example', displayName: 'cn=keepers,dc=example' }])

  test('finds groups of past logins by a part of their name; % and _ are wildcards', async () => {
    expect(await search('KEEPER')).toEqual(found)
    expect(await search('ke_per')).toEqual(found)
    expect(await search('cn=%example')).toEqual(found)
    expect(await search('others')).toEqual(ok([]))
  })

  test('wants 5 to 256 characters, and nothing that starts with a star', async () => {
    const tooShort = validation('size must be between 5 and 256', 'ConsoleService.searchLdapGroups.arg0')
    expect(await search('keep')).toEqual(tooShort)
    expect(await search('x'.repeat(257))).toEqual(tooShort)
    expect(await search('*keepers')).toEqual(ok([]))
    expect(await ask('search/ldapGroups')).toEqual(ok([]))
  })
})

test('the console’s settings are a script of the console, for everybody', async () => {
  // Whatever name the request has for this server: a cache would keep it for others.
  const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' }
  const answer = await server.request(`${CONSOLE}/cfg`, { as: '', headers })
  expect(answer.status).toBe(303)
  expect(answer.headers.get('Location')).toBe('/cfg.js')
})
