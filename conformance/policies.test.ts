import { describe, expect, test } from 'vitest'
import { admin, anonymous } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectJson,
  expectNoOrg,
  expectNotInOrg,
  expectResult,
  expectText,
  expectUnauthorized,
  expectValidationError,
  jsonOf,
  namesOf,
} from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import type { Form } from './lib/multipart.ts'
import { server } from './lib/server.ts'
import { made, newWorld, removeLater, UNKNOWN_ID } from './lib/world.ts'

// concord-api §12.

const world = newWorld('policies')
const member = await world.user('member')
const outsider = await world.user('outsider')
const org = await world.org('org')
await world.team(org, 'team', { MEMBER: [member] })
const canCreate = (
  entity: string,
  query: Record<string, string> = { orgName: org.name },
  as = member as typeof admin,
) => as.get(`/api/v1/${entity}/canCreate`, { query })

describe('canCreate', () => {
  test.each(['SECRET', 'PROJECT', 'REPOSITORY', 'JSON_STORE'])('is true for %s without policies', async (entity) => {
    expectJson(await canCreate(entity), true)
  })
  test('works for an admin without teams', async () =>
    expectJson(await canCreate('SECRET', { orgName: org.name }, admin), true))
  test('is for members only', async () => {
    expectNotInOrg(await canCreate('SECRET', { orgName: org.name }, outsider), outsider, org)
  })
  test('requires an existing organization', async () =>
    expectNoOrg(await canCreate('SECRET', { orgName: 'no-such-org' })))
  test('requires the organization’s name', async () => {
    expectValidationError(await canCreate('SECRET', {}), 'Organization ID or name is required')
  })
  test('does not accept the organization’s id', async () => {
    expectValidationError(await canCreate('SECRET', { orgId: org.id }), 'Organization ID or name is required')
  })
  test.each(['secret', 'ORG', 'NONSENSE'])('%s is not an entity: 404', async (entity) =>
    expectEmpty(await canCreate(entity), 404),
  )
  test('requires credentials', async () => {
    expectUnauthorized(await canCreate('SECRET', { orgName: org.name }, anonymous), { challenge: true })
  })
})

test('policies are for admins', async () => {
  const POLICY = '/api/v2/policy'
  for (const answer of [
    await member.get(POLICY),
    await member.post(POLICY, { json: { name: world.unique('mine'), rules: {} } }),
    await member.get(`${POLICY}/xyz`),
    await member.delete(`${POLICY}/xyz`),
    await member.put(`${POLICY}/xyz/link`, { json: {} }),
    await member.delete(`${POLICY}/xyz/link`),
  ])
    expectText(answer, 403, 'Only admins can do that')
})

describe.runIf(server.policies)('a policy', async () => {
  const POLICY = '/api/v2/policy'
  const ruled = await world.org('ruled')
  await world.team(ruled, 'team', { MEMBER: [member] })
  const project = await world.project(ruled, 'project')
  const policy = server.policies ? await world.forbidSecrets(ruled, 'No secrets here') : ''
  const secret = (form: Form) =>
    member.post(`${ruled.v1}/secret`, { form: { type: 'DATA', data: Buffer.from('x'), ...form } })

  test('can be read by name', async () => {
    expect(jsonOf(await admin.get(`${POLICY}/${policy}`))).toMatchObject({ name: policy, rules: { entity: {} } })
    expect(namesOf(await admin.get(POLICY))).toContain(policy)
  })
  test('that denies secrets makes canCreate false for them, and for nothing else', async () => {
    expectJson(await canCreate('SECRET', { orgName: ruled.name }), false)
    expectJson(await canCreate('PROJECT', { orgName: ruled.name }), true)
    expectJson(await canCreate('SECRET'), true)
  })
  test('that denies secrets rejects one for a project', async () => {
    expectValidationError(await secret({ name: 'never', projectIds: project.id }), 'Action forbidden: No secrets here')
  })
  test('can be created, updated and deleted by name', async () => {
    const name = world.unique('other-policy')
    removeLater(`${POLICY}/${name}`)
    expectJson(await admin.post(POLICY, { json: { name, rules: {} } }), { id: expect.any(String), result: 'CREATED' })
    expectJson(await admin.post(POLICY, { json: { name, rules: {} } }), { id: expect.any(String), result: 'UPDATED' })
    expectResult(await admin.delete(`${POLICY}/${name}`), 'DELETED')
    expectText(await admin.get(`${POLICY}/${name}`), 404, `Policy not found: ${name}`)
    expectText(await admin.delete(`${POLICY}/${name}`), 404, `Policy not found: ${name}`)
    expectText(await admin.delete(`${POLICY}/${name}/link`), 404, `Policy not found: ${name}`)
  })
  test('is renamed by its id, and has a parent, which may go', async () => {
    const [before, after, child] = ['before', 'after', 'child'].map((word) => world.unique(`${word}-policy`))
    for (const name of [before, after, child]) removeLater(`${POLICY}/${name}`)
    const rules = { entity: { deny: [] }, file: { deny: [{ names: ['a'] }] } }
    const { id } = made(await admin.post(POLICY, { json: { name: before, rules: {} } }))
    made(await admin.post(POLICY, { json: { name: child, parentId: id, rules: {} } }))
    made(await admin.post(POLICY, { json: { id, name: after, rules } }))
    expectJson(await admin.get(`${POLICY}/${after}`), { id, name: after, rules })
    expect(jsonOf(await admin.get(`${POLICY}/${child}`)).parentId).toBe(id)
    made(await admin.delete(`${POLICY}/${after}`))
    expect(jsonOf(await admin.get(`${POLICY}/${child}`))).not.toHaveProperty('parentId')
  })
  test('needs a parent that exists', async () => {
    const orphan = { name: world.unique('orphan-policy'), parentId: UNKNOWN_ID, rules: {} }
    expectFailure(await admin.post(POLICY, { json: orphan }), 'org.jooq.exception.')
  })
  test('is linked to an organization, a project or a user, and listed by it: the nearest one', async () => {
    const near = await world.org('near')
    const { name: projectName } = await world.project(near, 'near-project')
    const own = { name: (level: string) => world.unique(`${level}-policy`) }
    const link = async (level: string, json: object) => {
      removeLater(`${POLICY}/${own.name(level)}`)
      made(await admin.post(POLICY, { json: { name: own.name(level), rules: {} } }))
      expectResult(await admin.put(`${POLICY}/${own.name(level)}/link`, { json }), 'UPDATED')
    }
    await link('org', { orgName: near.name })
    await link('project', { orgName: near.name, projectName })
    await link('user', { userName: outsider.name })
    const listed = async (query: Record<string, string>) => namesOf(await admin.get(POLICY, { query }))
    const inProject = { orgName: near.name, projectName }
    expect(await listed({ orgName: near.name })).toEqual([own.name('org')])
    expect(await listed(inProject)).toEqual([own.name('project')])
    expect(await listed({ ...inProject, userName: outsider.name })).toEqual([own.name('user')])
    const unlinked = await admin.delete(`${POLICY}/${own.name('project')}/link`, { query: inProject })
    expectResult(unlinked, 'DELETED')
    expect(await listed(inProject)).toEqual([own.name('org')])
    const wrong = (json: object) => admin.put(`${POLICY}/${own.name('org')}/link`, { json })
    expectText(await wrong({ projectName: 'xyz' }), 400, 'Organization name is required')
  })
  test('can only be linked to existing organizations', async () => {
    expectNoOrg(await admin.put(`${POLICY}/${policy}/link`, { json: { orgName: 'no-such-org' } }))
    expectText(await admin.put(`${POLICY}/nope/link`, { json: { orgName: ruled.name } }), 404, 'Policy not found: nope')
  })
  test('stops applying when it is unlinked', async () => {
    const free = await world.org('free')
    expectResult(await admin.put(`${POLICY}/${policy}/link`, { json: { orgName: free.name } }), 'UPDATED')
    expectJson(await canCreate('SECRET', { orgName: free.name }, admin), false)
    expectResult(await admin.delete(`${POLICY}/${policy}/link?orgName=${free.name}`), 'DELETED')
    expectJson(await canCreate('SECRET', { orgName: free.name }, admin), true)
  })
})

describe.runIf(server.policies)('a policy can forbid', async () => {
  if (!server.policies) return
  const strict = await world.org('strict')
  await world.team(strict, 'team', { MEMBER: [member] })
  const project = await world.project(strict, 'project', {}, member)
  const act = (action: string, entity: string, msg: string, conditions: object = { entity: { name: 'no-.*' } }) => ({
    ...{ action, entity, msg, conditions },
  })
  await world.forbid(strict, [
    act('update', 'secret', 'Leave it'),
    act('create', 'secret', 'Not in public', { entity: { visibility: 'PUBLIC', name: 'vis-.*' } }),
    act('create', 'project', 'No such project'),
    act('update', 'project', 'Leave the project', { entity: { name: 'project', visibility: 'PRIVATE' } }),
    act('create', 'repository', 'No such repository'),
  ])
  const create = (form: Form) =>
    member.post(`${strict.v1}/secret`, {
      form: { type: 'DATA', data: Buffer.from('x'), projectIds: project.id, ...form },
    })
  const forbids = (answer: Answer, msg: string) => expectValidationError(answer, `Action forbidden: ${msg}`)

  test('updates of secrets, in v1 and v2', async () => {
    const secret = await world.secret(strict, { name: 'no-update', projectIds: project.id }, member)
    forbids(await member.post(secret.v1, { json: { visibility: 'PRIVATE' } }), 'Leave it')
    forbids(await member.post(secret.v2, { form: { visibility: 'PRIVATE' } }), 'Leave it')
    expect(jsonOf(await member.get(secret.v2)).visibility).toBe('PUBLIC')
    const other = await world.secret(strict, { name: 'may-update', projectIds: project.id }, member)
    expectResult(await member.post(other.v1, { json: { visibility: 'PRIVATE' } }), 'UPDATED')
  })
  test('secrets by their visibility', async () => {
    forbids(await create({ name: 'vis-open', visibility: 'PUBLIC' }), 'Not in public')
    expect((await create({ name: 'vis-closed', visibility: 'PRIVATE' })).status).toBe(200)
  })
  test('updates of secrets without a project', async () => {
    const secret = await world.secret(strict, { name: 'no-update-either' }, member)
    forbids(await member.post(secret.v1, { json: { visibility: 'PRIVATE' } }), 'Leave it')
  })
  test('projects, and their updates', async () => {
    const save = (json: object) => member.post(`${strict.v1}/project`, { json })
    forbids(await save({ name: 'no-project' }), 'No such project')
    expect((await save({ name: 'fine' })).status).toBe(200)
    forbids(await save({ name: 'project', visibility: 'PRIVATE' }), 'Leave the project')
    expect(jsonOf(await member.get(`${strict.v2}/project/project`)).visibility).toBe('PUBLIC')
  })
  test('repositories', async () => {
    const json = { url: 'https://git.invalid/x.git', branch: 'main', disabled: true }
    const add = (name: string) => member.post(`${strict.v1}/project/project/repository`, { json: { name, ...json } })
    forbids(await add('no-repository'), 'No such repository')
    expectResult(await add('fine'), 'CREATED')
  })
})
