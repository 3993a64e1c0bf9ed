import { describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
import { admin, anonymous } from './lib/caller.ts'
import {
  expectEmpty,
  expectJson,
  expectMethodNotAllowed,
  expectNoOrg,
  expectNotInOrg,
  expectPage,
  expectText,
  expectUnauthorized,
  expectViolations,
  jsonOf,
} from './lib/expect.ts'
import { made, newWorld } from './lib/world.ts'
import { disabledOidcSaysSo, hasCfg, hasUserInfo } from './versions.ts'

// concord-api §4.

const CONSOLE = '/api/service/console'
const DEFAULT_ORG = { id: '0fac1b18-d179-11e7-b3e7-d7df4543ed4f', name: 'Default' }
const world = newWorld('console')
const org = await world.org('org')
const hidden = await world.org('hidden', { visibility: 'PRIVATE' })
const member = await world.user('member', { displayName: 'The Member' })
const outsider = await world.user('outsider')
const reader = await world.user('reader', { roles: ['concordSystemReader', 'concordSystemWriter'] })
const team = await world.team(org, 'keepers', { MEMBER: [member] })
const repositories = { repo: { name: 'repo', url: 'https://git.invalid/x.git', branch: 'main', disabled: true } }
const project = await world.project(org, 'project', { visibility: 'PRIVATE', repositories })
await world.secret(org, { name: 'treasure', visibility: 'PRIVATE' })

describe('whoami', () => {
  test('returns the realm, names and the organizations of the caller’s teams', async () => {
    const { orgs, ...rest } = jsonOf(await member.get(`${CONSOLE}/whoami`))
    expect(rest).toEqual({ realm: 'apikey', username: member.name, displayName: 'The Member' })
    expect(orgs).toHaveLength(2)
    expect(orgs).toEqual(expect.arrayContaining([DEFAULT_ORG, { id: org.id, name: org.name }]))
  })

  test('the display name defaults to the user name', async () => {
    const username = world.unique('nameless')
    const { id } = made(await admin.post('/api/v1/user', { json: { username, userType: 'LOCAL' } }))
    const { key } = made(await admin.post('/api/v1/apikey', { json: { userId: id } }))
    const { displayName } = jsonOf(await anonymous.get(`${CONSOLE}/whoami`, { headers: { Authorization: key } }))
    await admin.delete(`/api/v1/user/${id}`)
    expect(displayName).toBe(username)
  })

  test('a new user is a member of the organization Default', async () => {
    expect(jsonOf(await outsider.get(`${CONSOLE}/whoami`)).orgs).toEqual([DEFAULT_ORG])
  })

  test('has no organizations for a user without teams', async () => {
    const nobody = await world.user('nobody')
    await world.leaveDefault(nobody)
    const whoami = await nobody.get(`${CONSOLE}/whoami`)
    expectJson(whoami, { realm: 'apikey', username: nobody.name, displayName: 'The nobody' })
  })

  test('knows GET only', async () => {
    expectMethodNotAllowed(await member.post(`${CONSOLE}/whoami`, { json: {} }), 'GET, HEAD, OPTIONS')
  })

  test('without credentials is a 401 without a challenge', async () => {
    expectUnauthorized(await anonymous.get(`${CONSOLE}/whoami`), { challenge: false })
  })
})

describe.runIf(hasUserInfo)('userInfo', () => {
  test('returns id, teams and roles', async () => {
    expectJson(await member.get(`${CONSOLE}/userInfo`), {
      id: member.id,
      displayName: 'The Member',
      teams: expect.arrayContaining([
        { orgName: 'Default', teamName: 'default', role: 'MEMBER' },
        { orgName: org.name, teamName: team.name, role: 'MEMBER' },
      ]),
    })
  })

  test('returns the user’s roles', async () => {
    expect(jsonOf(await reader.get(`${CONSOLE}/userInfo`)).roles.toSorted()).toEqual([
      'concordSystemReader',
      'concordSystemWriter',
    ])
  })

  test('without credentials is a 401 with a challenge', async () => {
    expectUnauthorized(await anonymous.get(`${CONSOLE}/userInfo`), { challenge: true })
  })
})

test.skipIf(hasUserInfo)('userInfo does not exist', async () => {
  expectEmpty(await member.get(`${CONSOLE}/userInfo`), 404)
})

describe('exists', () => {
  const secret = (name: string, o = org.name) => `${CONSOLE}/org/${o}/secret/${name}/exists`
  const projectPath = (name: string, o = org.name) => `${CONSOLE}/org/${o}/project/${name}/exists`
  const teamPath = (name: string, o = org.name) => `${CONSOLE}/org/${o}/team/${name}/exists`
  const repo = (p: string, name: string, o = org.name) => `${CONSOLE}/org/${o}/project/${p}/repo/${name}/exists`

  test('a secret exists even for a member who cannot read it', async () => {
    expectJson(await member.get(secret('treasure')), true)
  })

  test.each([
    ['an admin', admin],
    ['a system reader', reader],
  ])('a secret exists for %s', async (_, caller) => {
    expectJson(await caller.get(secret('treasure')), true)
  })

  test('a missing secret does not exist', async () => expectJson(await member.get(secret('nope')), false))
  test('names are case-sensitive', async () => expectJson(await member.get(secret('TREASURE')), false))
  test('names are not checked', async () => expectJson(await member.get(secret('a%20b')), false))
  test('a secret does not exist for a non-member', async () =>
    expectJson(await outsider.get(secret('treasure')), false))
  test('of a secret: an organization must exist', async () =>
    expectNoOrg(await outsider.get(secret('treasure', 'no-such-org'))))

  test('a project exists for a member', async () => expectJson(await member.get(projectPath(project.name)), true))
  test('a missing project does not exist', async () => expectJson(await member.get(projectPath('nope')), false))
  test('of a project: a non-member gets a 403', async () => {
    expectNotInOrg(await outsider.get(projectPath(project.name)), outsider, org)
  })
  test('of a project: an organization must exist', async () =>
    expectNoOrg(await member.get(projectPath('x', 'no-such-org'))))

  test('a team exists for a member', async () => expectJson(await member.get(teamPath(team.name)), true))
  test('a missing team does not exist', async () => expectJson(await member.get(teamPath('nope')), false))
  test('a team does not exist for a non-member', async () => expectJson(await outsider.get(teamPath(team.name)), false))
  test('a team of a private organization does not exist for a non-member', async () => {
    expectJson(await outsider.get(teamPath('default', hidden.name)), false)
  })
  test('of a team: an organization must exist', async () => expectNoOrg(await member.get(teamPath('x', 'no-such-org'))))

  test('a repository exists for a member, even in a project that they cannot read', async () => {
    expectText(await member.get(`${org.v2}/project/${project.name}`), 403, expect.any(String))
    expectJson(await member.get(repo(project.name, 'repo')), true)
    expectJson(await member.get(repo(project.name, 'REPO')), false)
  })
  test('a missing repository does not exist', async () => {
    expectJson(await member.get(repo(project.name, 'nope')), false)
  })
  test('of a repository: its project must exist', async () => {
    expectText(await member.get(repo('nope', 'repo')), 400, 'Project not found: nope')
  })
  test('of a repository: a non-member gets false, whether the project exists or not', async () => {
    expectJson(await outsider.get(repo(project.name, 'repo')), false)
    expectJson(await outsider.get(repo('nope', 'repo')), false)
  })

  test('an API key exists for its owner', async () =>
    expectJson(await member.get(`${CONSOLE}/apikey/main/exists`), true))
  test('an API key does not exist for another user', async () => {
    const keeper = await world.user('keeper')
    made(await keeper.post('/api/v1/apikey', { json: { name: 'laptop' } }))
    expectJson(await keeper.get(`${CONSOLE}/apikey/laptop/exists`), true)
    expectJson(await member.get(`${CONSOLE}/apikey/laptop/exists`), false)
  })
  test('a missing API key does not exist', async () =>
    expectJson(await member.get(`${CONSOLE}/apikey/nope/exists`), false))
  test('the name of an API key is not checked', async () =>
    expectJson(await member.get(`${CONSOLE}/apikey/a%20b/exists`), false))

  test('without credentials is a 401', async () => {
    expectUnauthorized(await anonymous.get(secret('treasure')), { challenge: true })
  })
  test('knows GET only', async () => {
    expectMethodNotAllowed(await member.post(secret('treasure'), { json: {} }), 'GET, HEAD, OPTIONS')
  })
})

describe('validate-password', () => {
  const validate = (body: string, type: string | undefined = 'text/plain') =>
    member.post(`${CONSOLE}/validate-password`, { body: Buffer.from(body), ...(type ? { type } : {}) })

  // Capital letters and punctuation prevent accidental matches with a user name that ends in a random word.
  test.each([
    ['seven characters of all kinds', 'Aa1Bb2C', true],
    ['six characters', 'Aa1Bb2', false],
    ['no upper-case letter', 'aa1bb2cc3', false],
    ['no lower-case letter', 'AA1BB2CC3', false],
    ['no digit', 'AaBbCcDdE', false],
    ['three characters of the user name', 'Xx1!mem!9Zz', false],
    ['three characters of the user name in upper case', 'Xx1!MEM!9Zz', true],
    ['two characters of the user name', 'Xx1!me!9Zz', true],
    ['a non-ASCII upper-case letter', 'Ä!a1!b2!c', true],
    ['blanks inside', 'Aa1 Bb2 C', true],
    ['whitespace around it, which counts', ' Aa1Bb2 ', true],
    ['nothing', '', false],
  ])('with %s ("%s"): %s', async (_, password, valid) => {
    expectJson(await validate(password), valid)
  })

  test('accepts text only', async () => expectEmpty(await validate('Aa1Bb2Cc3', 'application/json'), 415))
  test('requires a content type', async () =>
    expectEmpty(await member.post(`${CONSOLE}/validate-password`, { body: 'Aa1Bb2Cc3' }), 415))
  test('knows POST only', async () =>
    expectMethodNotAllowed(await member.get(`${CONSOLE}/validate-password`), 'OPTIONS, POST'))
  test('requires credentials', async () => {
    expectUnauthorized(await anonymous.post(`${CONSOLE}/validate-password`, { body: 'x', type: 'text/plain' }), {
      challenge: true,
    })
  })
})

describe('search of LDAP groups', () => {
  const search = (query: Record<string, string>) => member.get(`${CONSOLE}/search/ldapGroups`, { query })
  const tooShort = { 'ConsoleService.searchLdapGroups.arg0': 'size must be between 5 and 256' }

  test('finds none before any login has stored some', async () =>
    expectJson(await search({ filter: `none-${world.unique('x')}` }), []))
  test('without a filter finds none', async () => expectJson(await search({}), []))
  test('a filter that starts with * finds none', async () => expectJson(await search({ filter: '*abcde' }), []))
  test.each(['', '*', 'abcd', 'x'.repeat(257)])('a filter "%s" has the wrong length', async (filter) => {
    expectViolations(await search({ filter }), tooShort)
  })
  test('a filter of 256 characters is fine', async () => expectJson(await search({ filter: 'x'.repeat(256) }), []))
  test('requires credentials', async () => {
    expectUnauthorized(await anonymous.get(`${CONSOLE}/search/ldapGroups?filter=abcdef`), { challenge: true })
  })
})

describe('cfg', () => {
  test.runIf(hasCfg)('redirects anybody to the console’s own settings', async () => {
    const answer = await anonymous.get(`${CONSOLE}/cfg`)
    expectEmpty(answer, 303)
    expect(answer.headers.location?.[0]).toMatch(/^(https?:\/\/.+)?\/cfg\.js$/)
  })

  onlyOnOurs('relativeRedirect')('names no host, whatever the request’s Host is', async () => {
    const headers = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' }
    for (const more of [{}, { headers: { Host: 'evil.example', ...headers } }]) {
      expect((await anonymous.get(`${CONSOLE}/cfg`, more)).headers.location).toEqual(['/cfg.js'])
    }
  })

  test.skipIf(hasCfg)('is not an anonymous endpoint', async () => {
    const answer = await anonymous.get(`${CONSOLE}/cfg`)
    // Through our gateway it redirects to the console's own settings (docs/decisions/gateway.md).
    if (answer.headers.location?.[0] === '/cfg.js') expectEmpty(answer, 303)
    else expectUnauthorized(answer, { challenge: true })
  })
})

describe('single sign-on that is off', () => {
  const OFF = ['oidc/callback', 'sso/auth', 'sso/redirect', 'sso/logout', ...(disabledOidcSaysSo ? ['oidc/auth'] : [])]

  test.each(OFF)('says so to anybody: %s is a 400, as a page', async (path) => {
    expectPage(await anonymous.get(`/api/service/${path}`), 400)
  })
  test('says so in JSON to clients that accept it', async () => {
    const answer = await anonymous.get('/api/service/sso/auth', { accept: 'application/json' })
    expect(answer).toMatchObject({ status: 400, type: 'application/json' })
  })
  onlyOnOurs('singleSignOn')('has no logout of OIDC', async () => {
    expectUnauthorized(await anonymous.get('/api/service/oidc/logout?from=https://elsewhere.invalid'), {
      challenge: true,
    })
  })
  onlyOnConcord('singleSignOn')('redirects anybody anywhere on an OIDC logout', async () => {
    const { status, headers } = await anonymous.get('/api/service/oidc/logout?from=https://elsewhere.invalid')
    expect(status).toBe(302)
    expect(headers.location?.[0]).toMatch(/./)
  })
})

test('an endpoint of the console that does not exist is a 404', async () => {
  expectEmpty(await member.get(`${CONSOLE}/nothing`), 404)
})
