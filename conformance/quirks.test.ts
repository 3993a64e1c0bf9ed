import { describe, expect, test } from 'vitest'
import { onlyOnConcord } from './differences.ts'
import { admin, type Caller, cookieValue, withHeaders } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectJson,
  expectNotInOrg,
  expectResult,
  expectText,
  expectValidationError,
  expectViolations,
  jsonOf,
  namesOf,
  rejectionOf,
} from './lib/expect.ts'
import type { Form } from './lib/multipart.ts'
import { server } from './lib/server.ts'
import { KEY_PAIR, made, newWorld, type Secret, STORE_PASSWORD, secretNamed } from './lib/world.ts'
import {
  linkedProjectModes,
  nameViolation,
  projectUpdateOpensRawPayload,
  rememberMeForApiKeys,
  tooLongNamesAreRefused,
  userEntriesArePrivate,
  userSearchWorks,
} from './versions.ts'

// concord-api §14: the surprises, one test for each. Many are in the other chapters too.

const WHOAMI = '/api/service/console/whoami'
const world = newWorld('quirks')
const [owner, member, outsider, reader] = await Promise.all([
  world.user('owner', { email: `owner@${world.unique('mail')}.example` }),
  world.user('member'),
  world.user('outsider'),
  world.user('reader', { roles: ['concordSystemReader'] }),
])
const org = await world.org('org', { visibility: 'PRIVATE' })
const other = await world.org('other')
const team = await world.team(org, 'team', { MEMBER: [owner, member] })
await world.team(other, 'team', { MEMBER: [owner] })
const project = await world.project(org, 'project')
const foreign = await world.project(other, 'foreign', { visibility: 'PRIVATE' })

const fresh = (form: Form & { name?: string } = {}) => world.secret(org, form, owner)
const entry = async (secret: Secret) => jsonOf(await admin.get(secret.v2))
const read = (secret: Secret, as: Caller = owner, form: Form = {}) => as.post(`${secret.v1}/data`, { form })
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('quirks of updates', () => {
  test('Q1: a v2 update without a visibility makes a PRIVATE secret PUBLIC', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    expectResult(await owner.post(secret.v2, { form: { projectIds: project.id } }), 'UPDATED')
    expect((await entry(secret)).visibility).toBe('PUBLIC')
  })

  test('Q2: a v2 update accepts no JSON, and the field for the organization is "org"', async () => {
    const secret = await fresh()
    expectEmpty(await owner.post(secret.v2, { json: { orgName: other.name } }), 415)
    expectResult(await owner.post(secret.v2, { form: { orgName: other.name } }), 'UPDATED')
    expect((await entry(secret)).orgId).toBe(org.id)
    expectResult(await owner.post(secret.v2, { form: { org: other.name } }), 'UPDATED')
    expectEmpty(await owner.get(secret.v2), 404)
  })

  test('Q3: any member can change a PUBLIC secret, unlink it and so read it', async () => {
    const secret = await fresh({ projectIds: project.id })
    expect((await read(secret, member)).status).toBe(403)
    expectResult(await member.post(secret.v2, { form: { removeProjectLink: 'true' } }), 'UPDATED')
    expect((await read(secret, member)).text).toBe('value')
  })

  test('Q6: an empty list of projects removes nothing; removeProjectLink and an empty projectName do', async () => {
    const secret = await fresh({ projectIds: project.id })
    await owner.post(secret.v2, { form: { projectIds: '' } })
    expect((await entry(secret)).projects).toHaveLength(1)
    await owner.post(secret.v1, { json: { projectName: '' } })
    expect((await entry(secret)).projects).toEqual([])
  })

  test('Q7: a v1 projectName needs an orgId in the body', async () => {
    const secret = await fresh()
    expectValidationError(
      await owner.post(secret.v1, { json: { projectName: 'project' } }),
      'Project not found: project',
    )
    expectResult(await owner.post(secret.v1, { json: { projectName: 'project', orgId: org.id } }), 'UPDATED')
  })

  test('Q8: v1 data turns any secret into a DATA secret', async () => {
    const secret = await fresh(KEY_PAIR)
    expectResult(await owner.post(secret.v1, { json: { data: base64('x') } }), 'UPDATED')
    expect((await entry(secret)).type).toBe('DATA')
  })

  test('Q11: after a v2 rename to a bad name, the secret can be read, but not changed or deleted', async () => {
    const { id, v2 } = await fresh(KEY_PAIR)
    expectResult(await owner.post(v2, { form: { name: 'no way' } }), 'UPDATED')
    const secret = secretNamed(org, 'no way')
    expect((await entry(secret)).id).toBe(id)
    expect((await read(secret)).status).toBe(200)
    expectJson(await owner.get(`${secret.v1}/access`), [])
    expectViolations(await owner.post(secret.v2, { form: {} }), { 'SecretResourceV2.update.arg1': nameViolation })
    expectViolations(await owner.post(secret.v1, { json: {} }), { 'SecretResource.update.arg1': nameViolation })
    expectViolations(await owner.get(`${secret.v1}/public`), { 'SecretResource.getPublicKey.arg1': nameViolation })
    expectViolations(await owner.delete(secret.v1), { 'SecretResource.delete.arg1': nameViolation })
    for (const [path, json] of [
      ['access', { teamId: team.id, level: 'READER' }],
      ['access/bulk', []],
    ] as const) {
      const broken = { 'SecretResource.updateAccessLevel.arg1': nameViolation }
      expectViolations(await owner.post(`${secret.v1}/${path}`, { json }), broken)
    }
    expect(namesOf(await owner.get(`${org.v2}/secret`))).toContain('no way')
    expect(namesOf(await owner.get(`${org.v1}/secret`))).toContain('no way')
  })
  test('Q11: the same with a name of two characters', async () => {
    expectResult(await owner.post((await fresh()).v2, { form: { name: 'q2' } }), 'UPDATED')
    expectViolations(await owner.delete(secretNamed(org, 'q2').v1), { 'SecretResource.delete.arg1': nameViolation })
  })
  test('Q11: a new store password is not checked', async () => {
    const secret = await fresh({ storePassword: STORE_PASSWORD })
    const json = { storePassword: STORE_PASSWORD, newStorePassword: 'x' }
    expectResult(await owner.post(secret.v1, { json }), 'UPDATED')
    expect((await read(secret, owner, { storePassword: 'x' })).text).toBe('value')
  })

  test('Q12: a store password for a secret without one fails the whole update, and a read', async () => {
    const secret = await fresh()
    const text = "The secret is encrypted with the server's key, the 'storePassword' cannot be changed"
    expectText(await owner.post(secret.v2, { form: { name: 'never', storePassword: 'filled-in' } }), 400, text)
    expect((await read(secret, owner, { storePassword: 'filled-in' })).status).toBe(400)
  })

  test('Q13: no password is a 400 when reading, a 500 when updating', async () => {
    const locked = () => fresh({ storePassword: STORE_PASSWORD })
    expect((await read(await locked())).status).toBe(400)
    const update = async () => owner.post((await locked()).v1, { json: { newStorePassword: 'New-Pass-1' } })
    expectFailure(await rejectionOf(update), 'java.lang.SecurityException')
  })
  test('Q13: a value that is too large, an unknown team and malformed JSON are 500s', async () => {
    const { v1 } = await fresh()
    const large = { name: 'large', type: 'DATA', data: Buffer.alloc(1024 * 1024 + 1) }
    expectFailure(await owner.post(`${org.v1}/secret`, { form: large }), 'java.lang.IllegalArgumentException')
    expectFailure(
      await owner.post(`${v1}/access`, { json: { teamName: 'nope', level: 'READER' } }),
      'java.lang.IllegalArgumentException: Team not found: nope',
    )
    expectFailure(await owner.post(v1, { body: '{"name":', type: 'application/json' }), 'com.fasterxml.jackson.')
  })

  test('Q15: a rename to the same name fails, and "already exists" quotes the old name', async () => {
    const [secret, taken] = [await fresh(), await fresh()]
    expectValidationError(
      await owner.post(secret.v1, { json: { name: secret.name } }),
      `Secret already exists: ${secret.name}`,
    )
    expectValidationError(
      await owner.post(secret.v1, { json: { name: taken.name } }),
      `Secret already exists: ${secret.name}`,
    )
  })

  test('Q16: a moved secret stays open to the teams of its old organization', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    await world.grant(secret, [{ team, level: 'READER' }])
    made(await owner.post(secret.v1, { json: { orgId: other.id } }))
    expect(jsonOf(await member.get(secretNamed(other, secret.name).v2)).id).toBe(secret.id)
  })

  test('Q16: renaming, changing the visibility and moving need WRITER only, also of a PRIVATE secret', async () => {
    const writer = await world.user('writer')
    const writers = await world.team(org, 'writers', { MEMBER: [writer] })
    await world.team(other, 'writers', { MEMBER: [writer] })
    const secret = await world.secret(org, { visibility: 'PRIVATE' }, owner)
    await world.grant(secret, [{ team: writers, level: 'WRITER' }])
    expectResult(await writer.post(secret.v1, { json: { name: 'of-a-writer' } }), 'UPDATED')
    const renamed = secretNamed(org, 'of-a-writer')
    for (const visibility of ['PUBLIC', 'PRIVATE']) {
      expectResult(await writer.post(renamed.v1, { json: { visibility } }), 'UPDATED')
    }
    expectResult(await writer.post(renamed.v1, { json: { orgId: other.id } }), 'UPDATED')
  })

  test('Q27: text is trimmed in multipart but not in JSON, so a password with outer whitespace cannot be used', async () => {
    const secret = await fresh({ storePassword: STORE_PASSWORD })
    made(await owner.post(secret.v1, { json: { storePassword: STORE_PASSWORD, newStorePassword: ' Outer-1 ' } }))
    expect((await read(secret, owner, { storePassword: ' Outer-1 ' })).text).not.toBe('value')
  })

  test('Q34: lastUpdatedAt ignores changes of names, visibility, projects, owners, access and organizations', async () => {
    const secret = await fresh()
    const json = { name: 'untimed', visibility: 'PRIVATE', projectId: project.id, owner: { id: member.id } }
    made(await owner.post(secret.v1, { json }))
    const renamed = secretNamed(org, 'untimed')
    await world.grant(renamed, [{ team, level: 'READER' }])
    made(await admin.post(renamed.v1, { json: { orgId: other.id } }))
    const moved = secretNamed(other, 'untimed')
    expect(await entry(moved)).not.toHaveProperty('lastUpdatedAt')
    made(await admin.post(moved.v1, { json: { data: base64('new') } }))
    expect(await entry(moved)).toHaveProperty('lastUpdatedAt')
  })
})

describe('quirks of reading', () => {
  test('Q4: anybody who is logged in can download a PUBLIC secret of a PRIVATE organization', async () => {
    expect((await read(await fresh(), outsider)).text).toBe('value')
  })

  test('Q5: a member’s list has PRIVATE secrets that they cannot open', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    expect(namesOf(await member.get(`${org.v2}/secret`))).toContain(secret.name)
    expect((await member.get(secret.v2)).status).toBe(403)
  })

  test('Q14: the public key of a password-protected pair is not available; the error is text labelled as JSON', async () => {
    const { v1 } = await fresh({ ...KEY_PAIR, storePassword: STORE_PASSWORD })
    const answer = await owner.get(`${v1}/public`)
    expect(answer).toMatchObject({ status: 400, type: 'application/json' })
    expect(() => answer.json()).toThrow()
  })

  test('Q18: a system reader can download project-scoped secrets, an admin cannot', async () => {
    const secret = await fresh({ projectIds: project.id })
    expect((await read(secret, reader)).text).toBe('value')
    expect((await read(secret, admin)).status).toBe(403)
  })

  test('Q20: anybody can read an organization, even a PRIVATE one, and a missing one is a 204', async () => {
    expect(jsonOf(await outsider.get(org.v1)).visibility).toBe('PRIVATE')
    expect((await outsider.get(`${org.v2}/secret`)).status).toBe(200)
    expectEmpty(await outsider.get('/api/v1/org/no-such-org'), 204)
  })

  test('Q23: a missing secret is an empty 404, but has text when setting access', async () => {
    const secret = secretNamed(org, 'nope')
    for (const path of [secret.v2, `${secret.v1}/public`, `${secret.v1}/access`])
      expectEmpty(await owner.get(path), 404)
    expectEmpty(await read(secret), 404)
    expectEmpty(await owner.delete(secret.v1), 404)
    expectEmpty(await owner.post(secret.v1, { json: {} }), 404)
    expectEmpty(await owner.post(secret.v2, { form: {} }), 404)
    expectText(
      await owner.post(`${secret.v1}/access`, { json: { teamId: team.id, level: 'READER' } }),
      404,
      'Secret not found: nope',
    )
    expectText(await owner.post(`${secret.v1}/access/bulk`, { json: [] }), 404, 'Secret not found: nope')
  })

  test('Q28: the modes of a secret’s projects are not those of the projects', async () => {
    const { id } = await world.project(org, 'modes', { rawPayloadMode: 'EVERYONE', outVariablesMode: 'OWNERS' })
    const secret = await fresh({ projectIds: id })
    expect((await entry(secret)).projects).toEqual([{ id, name: 'modes', ...linkedProjectModes }])
  })

  test('Q30: the store is always returned as "concord", in lower case', async () => {
    expect((await entry(await fresh({ storeType: 'CONCORD' }))).storeType).toBe('concord')
  })
})

describe('quirks of creating', () => {
  test('Q9: a project of another organization can be linked, readable or not', async () => {
    const secret = await fresh({ projectIds: foreign.id })
    expect((await entry(secret)).projects).toMatchObject([{ id: foreign.id }])
  })

  test('Q19: the response contains the caller’s own store password', async () => {
    const form = { name: 'echo', type: 'DATA', data: Buffer.from('x'), storePassword: STORE_PASSWORD }
    expect(jsonOf(await owner.post(`${org.v1}/secret`, { form })).password).toBe(STORE_PASSWORD)
  })

  test('Q26: non-ASCII text in a text field is lost', async () => {
    const secret = await fresh({ type: 'USERNAME_PASSWORD', username: 'jürgen', password: 'x' })
    expect((await read(secret)).text).not.toContain('jürgen')
  })

  test('Q31: a name has at most 128 characters', async () => {
    const form = { name: 'q'.repeat(129), type: 'DATA', data: Buffer.from('x') }
    expect((await owner.post(`${org.v1}/secret`, { form })).status).toBe(tooLongNamesAreRefused ? 400 : 500)
  })
})

describe('quirks of access', () => {
  test('Q17: bulk access accepts ids only, single access also names; only the former is audited', async () => {
    const secret = await fresh()
    expectFailure(await owner.post(`${secret.v1}/access/bulk`, { json: [{ teamName: 'team', level: 'READER' }] }))
    expectResult(await owner.post(`${secret.v1}/access`, { json: { teamName: 'team', level: 'READER' } }), 'UPDATED')
    const actions = jsonOf(await owner.get('/api/v1/audit', { query: { 'details.secretId': secret.id } }))
    expect(actions).toHaveLength(1)
  })

  test('Q21: users who cannot create organizations get a 500', async () => {
    const answer = await owner.post('/api/v1/org', { json: { name: world.unique('never') } })
    expectFailure(answer, 'org.apache.shiro.authz.AuthorizationException')
  })

  test('Q32: the exists check of a project is a 403 for a non-member; that of a secret or a team is false', async () => {
    const exists = (what: string) => outsider.get(`/api/service/console/org/${org.name}/${what}/exists`)
    expectNotInOrg(await exists('project/project'), outsider, org)
    expectJson(await exists('secret/nope'), false)
    expectJson(await exists('team/team'), false)
  })

  test.runIf(userEntriesArePrivate)('Q29: a user’s entry is closed to other users', async () => {
    expect((await member.get(`/api/v2/user/${owner.id}`)).status).toBe(403)
  })
  test.runIf(userSearchWorks)('Q29: the search shows everybody’s e-mail address to everybody', async () => {
    const [found] = jsonOf(await outsider.get('/api/v2/user', { query: { filter: owner.name } }))
    expect(found.email).toMatch(/@/)
  })
})

describe('quirks of errors', () => {
  test('Q22: a validation error has no body with Accept: application/json', async () => {
    expectEmpty(await owner.get('/api/v2/org/no-such-org/secret', { accept: 'application/json' }), 400)
  })
})

describe('quirks of sessions', () => {
  test('Q24: a session takes precedence over all other credentials', async () => {
    const answer = await owner.get(WHOAMI, { headers: { 'X-Concord-EnableSession': 'true' } })
    const cookie = `JSESSIONID=${cookieValue(answer, 'JSESSIONID')}`
    expect(jsonOf(await member.get(WHOAMI, { cookie })).username).toBe(owner.name)
  })
  test.runIf(rememberMeForApiKeys)('Q24: a remember-me cookie does too', async () => {
    const answer = await owner.get(WHOAMI, { headers: { 'X-Concord-RememberMe': 'true' } })
    const cookie = `rememberMe=${cookieValue(answer, 'rememberMe')}`
    expect(jsonOf(await member.get(WHOAMI, { cookie })).username).toBe(owner.name)
  })
  onlyOnConcord('sessionsEndWithTheKey')(
    'Q25: deleting an API key does not end the session that it opened',
    async () => {
      const { id, key } = made(await owner.post('/api/v1/apikey', { json: { name: 'opener' } }))
      const answer = await withHeaders({ Authorization: key, 'X-Concord-EnableSession': 'true' }).get(WHOAMI)
      made(await owner.delete(`/api/v1/apikey/${id}`))
      const cookie = `JSESSIONID=${cookieValue(answer, 'JSESSIONID')}`
      expect(jsonOf(await withHeaders({}).get(WHOAMI, { cookie })).username).toBe(owner.name)
    },
  )
})

describe('quirks of the audit log', () => {
  test('any member can read the organization’s whole log, including PRIVATE secrets', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    const query = { 'details.orgName': org.name, object: 'SECRET', action: 'CREATE', limit: 100 }
    const names = jsonOf(await member.get('/api/v1/audit', { query })).map(
      ({ details }: { details: { name: string } }) => details.name,
    )
    expect(names).toContain(secret.name)
    expect((await member.get(secret.v2)).status).toBe(403)
  })
  test('Q33: a search by organization and name misses bulk access changes and everything before a move', async () => {
    const secret = await fresh()
    made(await owner.post(`${secret.v1}/access/bulk`, { json: [] }))
    made(await owner.post(secret.v1, { json: { orgId: other.id } }))
    const actions = async (query: Record<string, string>) =>
      jsonOf(await owner.get('/api/v1/audit', { query })).map(({ action }: { action: string }) => action)
    expect(await actions({ 'details.secretId': secret.id })).toEqual(['UPDATE', 'UPDATE', 'CREATE'])
    expect(await actions({ 'details.orgName': other.name, 'details.secretName': secret.name })).toEqual([])
  })
})

describe('quirks of users', () => {
  test('a user update without "disabled" enables a disabled user', async () => {
    const back = await world.user('back')
    made(await admin.put(`/api/v1/user/${back.id}/disable`))
    expect((await back.get(WHOAMI)).status).toBe(401)
    made(await admin.post('/api/v1/user', { json: { username: back.name, userType: 'LOCAL', displayName: 'Back' } }))
    expect((await back.get(WHOAMI)).status).toBe(200)
  })
  onlyOnConcord('sessionsFollowTheUser')('disabling a user over the API does not end their sessions', async () => {
    const gone = await world.user('gone')
    const answer = await gone.get(WHOAMI, { headers: { 'X-Concord-EnableSession': 'true' } })
    made(await admin.put(`/api/v1/user/${gone.id}/disable`))
    const cookie = `JSESSIONID=${cookieValue(answer, 'JSESSIONID')}`
    expect((await withHeaders({}).get(org.v1, { cookie })).status).toBe(200)
  })
  onlyOnConcord('sessionsFollowTheUser')('a session keeps its roles at login', async () => {
    const fallen = await world.user('fallen', { roles: ['concordAdmin'] })
    const answer = await fallen.get(WHOAMI, { headers: { 'X-Concord-EnableSession': 'true' } })
    made(await admin.post(`/api/v1/user/${fallen.name}/roles`, { json: { roles: [] } }))
    const cookie = `JSESSIONID=${cookieValue(answer, 'JSESSIONID')}`
    expect((await withHeaders({}).get('/api/v1/role', { cookie })).status).toBe(200)
    expect((await fallen.get('/api/v1/role')).status).toBe(403)
  })
})

test('Q37: a team’s maintainer can make themselves its owner, and then create teams', async () => {
  const climber = await world.user('climber')
  await world.team(org, 'climbers', { MAINTAINER: [climber] })
  const team = (name: string) => climber.post(`${org.v1}/team`, { json: { name } })
  const refusal = `The current user (${climber.name}) does not have the required role: OWNER`
  expectText(await team('climbed'), 403, refusal)
  made(await climber.put(`${org.v1}/team/climbers/users`, { json: [{ userId: climber.id, role: 'OWNER' }] }))
  made(await team('climbed'))
  expectResult(await climber.delete(`${org.v1}/team/climbers`), 'DELETED')
})

describe('quirks of projects', () => {
  test('a project update without rawPayloadMode opens it to the whole organization, since 2.44', async () => {
    await world.project(org, 'opening')
    made(await admin.post(`${org.v1}/project`, { json: { name: 'opening', description: 'new' } }))
    const { rawPayloadMode } = jsonOf(await admin.get(`${org.v2}/project/opening`))
    expect(rawPayloadMode).toBe(projectUpdateOpensRawPayload ? 'ORG_MEMBERS' : 'DISABLED')
  })

  test('Q35: deleting the only linked project silently lifts the restriction', async () => {
    const { id } = await world.project(org, 'only')
    const secret = await fresh({ projectIds: id })
    made(await admin.delete(`${org.v1}/project/only`))
    expect((await entry(secret)).projects).toEqual([])
    expect((await read(secret)).text).toBe('value')
  })

  test('Q36: moving a project keeps its links to the old organization’s secrets', async () => {
    const { id } = await world.project(org, 'mover')
    const secret = await fresh({ projectIds: id })
    made(await admin.post(`${org.v1}/project`, { json: { id, name: 'mover', orgId: other.id } }))
    expect((await entry(secret)).projects).toMatchObject([{ id, name: 'mover' }])
    expect((await read(secret)).status).toBe(403)
  })
})

describe.runIf(server.policies)('quirks of policies', async () => {
  const ruled = await world.org('ruled')
  await world.team(ruled, 'team', { MEMBER: [member] })
  if (server.policies) await world.forbidSecrets(ruled, 'No secrets here')

  test('Q10: a secret without projects is created although canCreate is false', async () => {
    expectJson(await member.get('/api/v1/SECRET/canCreate', { query: { orgName: ruled.name } }), false)
    const form = { name: 'forbidden', type: 'DATA', data: Buffer.from('x') }
    expect((await member.post(`${ruled.v1}/secret`, { form })).status).toBe(200)
  })
})
