import { describe, expect, test } from 'vitest'
import { admin } from './lib/caller.ts'
import { jsonOf } from './lib/expect.ts'
import { server } from './lib/server.ts'
import { made, newWorld, removeLater, UUID } from './lib/world.ts'
import { hasNewApiKeys } from './versions.ts'

// concord-api §11, the events of everything except secrets.

const world = newWorld('events')
const [owner, member] = await Promise.all([world.user('owner'), world.user('member')])
const org = await world.org('org')
const team = await world.team(org, 'team', { MEMBER: [owner, member] })
const project = await world.project(org, 'project')

type Query = Record<string, string | number>
const events = async (query: Query, as = owner as typeof admin) => jsonOf(await as.get('/api/v1/audit', { query }))
const CALL = { requestId: expect.stringMatching(UUID), actionSource: { type: 'API_REQUEST' } }

describe('other events', () => {
  const newest = async (query: Query) => (await events({ limit: 1, ...query }, admin))[0]

  test('none for the encryption of a string', async () => {
    const query = { 'details.orgName': org.name, 'details.projectName': project.name }
    const before = await events(query)
    made(await owner.post(`${org.v1}/project/project/encrypt`, { body: 'x', type: 'text/plain' }))
    expect(await events(query)).toEqual(before)
  })
  test('of an organization: CREATE with the sent fields except meta and cfg, UPDATE without fields, DELETE', async () => {
    const sent = { visibility: 'PUBLIC', owner: { id: owner.id } }
    const { id, name, v1 } = await world.org('brief', { ...sent, owner, meta: { a: 1 }, cfg: { b: 2 } })
    const created = await newest({ object: 'ORGANIZATION', 'details.orgId': id })
    expect(created).toMatchObject({ action: 'CREATE', details: { ...CALL, orgId: id, name } })
    expect(created.details.changes).toEqual({ new: { name, ...sent } })
    made(await admin.post('/api/v1/org', { json: { id, visibility: 'PRIVATE' } }))
    const { action, details } = await newest({ object: 'ORGANIZATION', 'details.orgId': id })
    expect({ action, ...details }).toMatchObject({ action: 'UPDATE', ...CALL, orgId: id, name })
    expect(details.changes).toEqual({})
    made(await admin.delete(`${v1}?confirmation=yes`))
    const deleted = await events({ object: 'ORGANIZATION', action: 'DELETE', limit: 50 }, admin)
    expect(deleted.map(({ details }: { details: { orgId: string } }) => details.orgId)).toContain(id)
  })
  test('of a project: CREATE with the sent fields except meta and cfg, including its repositories', async () => {
    const repository = { name: 'repo', url: 'https://git.invalid/x', branch: 'main', disabled: true }
    const sent = { description: 'some words', visibility: 'PRIVATE', owner: { id: owner.id } }
    const repositories = { repo: { ...repository, triggersDisabled: false, meta: { q: 1 } } }
    const maps = { meta: { a: 1 }, cfg: { b: 2 }, repositories }
    const { id } = await world.project(org, 'brief', { ...sent, ...maps })
    const query = { object: 'PROJECT', 'details.orgName': org.name, 'details.projectName': 'brief' }
    const { action, details } = await newest(query)
    expect({ action, details }).toMatchObject({ action: 'CREATE', details: { ...CALL, projectId: id, name: 'brief' } })
    expect(details.changes).toEqual({ new: { name: 'brief', ...sent, repositories: { repo: repository } } })
  })
  test('of a project: UPDATE of a team’s access, and DELETE', async () => {
    const { id } = await world.project(org, 'audited')
    const path = `${org.v1}/project/audited`
    made(await admin.post(`${path}/access`, { json: { teamId: team.id, level: 'READER' } }))
    const query = { object: 'PROJECT', 'details.projectId': id }
    const access = { replace: false, teams: [{ id: team.id, level: 'READER' }] }
    expect(await newest(query)).toMatchObject({ action: 'UPDATE', details: { ...CALL, projectId: id, access } })
    made(await admin.delete(path))
    const deleted = await events({ object: 'PROJECT', action: 'DELETE', 'details.orgName': org.name }, admin)
    expect(deleted[0].details).toMatchObject({
      ...CALL,
      orgId: org.id,
      orgName: org.name,
      projectId: id,
      name: 'audited',
    })
  })
  test.runIf(server.policies)('of a policy: CREATE, and UPDATE for a link', async () => {
    const linked = await world.org('linked')
    const name = await world.forbid(linked, [])
    const { id: policyId } = jsonOf(await admin.get(`/api/v2/policy/${name}`))
    const ours = ({ details }: { details: { policyId: string } }) => details.policyId === policyId
    expect((await events({ object: 'POLICY', limit: 50 }, admin)).filter(ours)).toMatchObject([
      { action: 'UPDATE', details: { name, action: 'link', link: { orgId: linked.id } } },
      { action: 'CREATE', details: { name } },
    ])
  })
  test('of a user: CREATE, UPDATE with changed fields only, DELETE', async () => {
    const username = world.unique('logged')
    const save = async (displayName: string) =>
      made(await admin.post('/api/v1/user', { json: { username, userType: 'LOCAL', displayName } }))
    const { id: userId } = await save('Old')
    for (const displayName of ['New', 'New']) await save(displayName)
    made(await admin.delete(`/api/v1/user/${userId}`))
    const found = (await events({ object: 'USER', limit: 50 }, admin)).filter(
      ({ details }: { details: { userId: string } }) => details.userId === userId,
    )
    expect(found).toMatchObject([
      { action: 'DELETE', details: { userId, name: username } },
      { action: 'UPDATE', details: { changes: { prev: { displayName: 'Old' }, new: { displayName: 'New' } } } },
      { action: 'CREATE', details: { userId, username, changes: { new: { displayName: 'Old' } } } },
    ])
  })
  test('of a role: CREATE, UPDATE, DELETE', async () => {
    const name = world.unique('role')
    removeLater(`/api/v1/role/${name}`)
    const { id } = made(await admin.post('/api/v1/role', { json: { name } }))
    made(await admin.post('/api/v1/role', { json: { name, permissions: ['createOrg'] } }))
    made(await admin.delete(`/api/v1/role/${name}`))
    const found = (await events({ object: 'ROLE', limit: 50 }, admin)).filter(
      ({ details }: { details: Record<string, unknown> }) => JSON.stringify(details).includes(id),
    )
    expect(found.map(({ action }: { action: string }) => action)).toEqual(['DELETE', 'UPDATE', 'CREATE'])
  })
  test('of a repository: its new and old fields, but never its meta', async () => {
    const { id: projectId } = await world.project(org, 'repos')
    const path = `${org.v1}/project/repos/repository`
    const query = { object: 'PROJECT', 'details.orgName': org.name, 'details.projectName': 'repos' }
    const changes = async () => (await newest(query)).details.changes
    const repository = { name: 'repo', url: 'https://git.invalid/x', branch: 'main', disabled: true }
    made(await admin.post(path, { json: { ...repository, meta: { q: 1 } } }))
    const entry = { ...repository, id: expect.stringMatching(UUID), projectId }
    expect(await changes()).toEqual({ new: { repositories: { repo: entry } } })
    made(await admin.post(path, { json: { ...repository, url: 'https://git.invalid/y' } }))
    expect(await changes()).toEqual({
      prev: { repositories: { repo: { url: 'https://git.invalid/x' } } },
      new: { repositories: { repo: { url: 'https://git.invalid/y' } } },
    })
    made(await admin.delete(`${path}/repo`))
    expect(await changes()).toEqual({ prev: { repositories: { repo: { ...entry, url: 'https://git.invalid/y' } } } })
  })
  test('of a team: UPDATE of itself, of its users and groups, and DELETE', async () => {
    const { id } = await world.team(org, 'audited')
    const ofTeam = { object: 'TEAM', 'details.orgName': org.name, limit: 1 }
    const path = `${org.v1}/team/audited`
    made(await admin.post(`${org.v1}/team`, { json: { name: 'audited', description: 'new' } }))
    const details = { ...CALL, orgId: org.id, teamId: id, name: 'audited' }
    expect(await newest(ofTeam)).toMatchObject({ action: 'UPDATE', details })
    const users = [{ userId: member.id, role: 'OWNER' }]
    made(await admin.put(`${path}/users`, { json: users }))
    const added = { ...details, action: 'addUsers', replace: false, users }
    expect(await newest(ofTeam)).toMatchObject({ action: 'UPDATE', details: added })
    expect(await newest({ ...ofTeam, 'details.teamName': 'audited' })).toMatchObject({ action: 'UPDATE', details })
    made(await admin.delete(path))
    expect(await newest(ofTeam)).toMatchObject({ action: 'DELETE', details })
  })
  test('of an API key: DELETE has its id only', async () => {
    const { id } = made(await owner.post('/api/v1/apikey', { json: { name: 'audited-end' } }))
    made(await owner.delete(`/api/v1/apikey/${id}`))
    const { action, details } = await newest({ object: 'API_KEY', userId: owner.id })
    const { requestIp: _, ...rest } = details
    expect({ action, ...rest }).toEqual({ action: 'DELETE', ...CALL, id })
  })
  test.runIf(hasNewApiKeys)('of an API key: UPDATE if it is overwritten', async () => {
    const { id } = made(await owner.post('/api/v2/apikey', { json: { name: 'audited-over' } }))
    made(await owner.post('/api/v2/apikey', { json: { name: 'audited-over' } }))
    expect(await newest({ object: 'API_KEY', userId: owner.id })).toMatchObject({
      action: 'UPDATE',
      details: { id, name: 'audited-over', userId: owner.id },
    })
  })
  test('of an organization', async () => {
    const found = await events({ object: 'ORGANIZATION', 'details.orgName': org.name })
    expect(found).toMatchObject([
      { action: 'CREATE', details: { orgId: org.id, name: org.name, changes: { new: { name: org.name } } } },
    ])
  })
  test('of a team', async () => {
    const named = { 'details.orgName': org.name, 'details.teamName': team.name }
    const found = await events({ object: 'TEAM', action: 'CREATE', ...named })
    expect(found[0]).toMatchObject({ object: 'TEAM', details: { orgId: org.id, teamId: team.id, name: 'team' } })
  })
  test('of an API key', async () => {
    const { id } = made(await owner.post('/api/v1/apikey', { json: { name: 'audited' } }))
    const [event] = await events({ object: 'API_KEY', userId: owner.id, limit: 1 }, admin)
    expect(event).toMatchObject({ action: 'CREATE', details: { id, name: 'audited', userId: owner.id } })
  })
  test('of a login with an API key, each time', async () => {
    const query = { object: 'SYSTEM', action: 'ACCESS', userId: owner.id, limit: 1000 }
    const before = await events(query, admin)
    for (let i = 0; i < 2; i++) made(await owner.get('/api/service/console/whoami'))
    expect((await events(query, admin)).length).toBe(before.length + 2)
    const [event] = await events({ object: 'SYSTEM', action: 'ACCESS', userId: owner.id, limit: 1 }, admin)
    expect(event).toMatchObject({ details: { realm: 'apikey', apiKeyId: owner.keyId } })
  })
})
