import { describe, expect, test } from 'vitest'
import { admin, anonymous } from './lib/caller.ts'
import {
  expectEmpty,
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
import type { Form } from './lib/multipart.ts'
import { server } from './lib/server.ts'
import { newWorld, removeLater } from './lib/world.ts'

// Contract §12.

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
  test.each(['SECRET', 'PROJECT', 'REPOSITORY', 'JSON_STORE'])('says true of %s without policies', async (entity) => {
    expectJson(await canCreate(entity), true)
  })
  test('works for an admin who is in no team', async () =>
    expectJson(await canCreate('SECRET', { orgName: org.name }, admin), true))
  test('is for members only', async () => {
    expectNotInOrg(await canCreate('SECRET', { orgName: org.name }, outsider), outsider, org)
  })
  test('wants an organization that exists', async () =>
    expectNoOrg(await canCreate('SECRET', { orgName: 'no-such-org' })))
  test('wants the organization’s name', async () => {
    expectValidationError(await canCreate('SECRET', {}), 'Organization ID or name is required')
  })
  test('does not take the organization’s id', async () => {
    expectValidationError(await canCreate('SECRET', { orgId: org.id }), 'Organization ID or name is required')
  })
  test.each(['secret', 'ORG', 'NONSENSE'])('%s is no entity: 404', async (entity) =>
    expectEmpty(await canCreate(entity), 404),
  )
  test('wants credentials', async () => {
    expectUnauthorized(await canCreate('SECRET', { orgName: org.name }, anonymous), { challenge: true })
  })
})

test('policies are for admins', async () => {
  expectText(await member.get('/api/v2/policy'), 403, 'Only admins can do that')
})

describe.runIf(server.policies)('a policy', async () => {
  const POLICY = '/api/v2/policy'
  const ruled = await world.org('ruled')
  await world.team(ruled, 'team', { MEMBER: [member] })
  const project = await world.project(ruled, 'project')
  const policy = server.policies ? await world.forbidSecrets(ruled, 'No secrets here') : ''
  const secret = (form: Form) =>
    member.post(`${ruled.v1}/secret`, { form: { type: 'DATA', data: Buffer.from('x'), ...form } })

  test('is known by its name', async () => {
    expect(jsonOf(await admin.get(`${POLICY}/${policy}`))).toMatchObject({ name: policy, rules: { entity: {} } })
    expect(namesOf(await admin.get(POLICY))).toContain(policy)
  })
  test('that denies secrets makes canCreate false for them, and for nothing else', async () => {
    expectJson(await canCreate('SECRET', { orgName: ruled.name }), false)
    expectJson(await canCreate('PROJECT', { orgName: ruled.name }), true)
    expectJson(await canCreate('SECRET'), true)
  })
  test('that denies secrets refuses one for a project', async () => {
    expectValidationError(await secret({ name: 'never', projectIds: project.id }), 'Action forbidden: No secrets here')
  })
  test('is made, updated and deleted by its name', async () => {
    const name = world.unique('other-policy')
    removeLater(`${POLICY}/${name}`)
    expectJson(await admin.post(POLICY, { json: { name, rules: {} } }), { id: expect.any(String), result: 'CREATED' })
    expectJson(await admin.post(POLICY, { json: { name, rules: {} } }), { id: expect.any(String), result: 'UPDATED' })
    expectResult(await admin.delete(`${POLICY}/${name}`), 'DELETED')
    expectText(await admin.get(`${POLICY}/${name}`), 404, `Policy not found: ${name}`)
    expectText(await admin.delete(`${POLICY}/${name}`), 404, `Policy not found: ${name}`)
  })
  test('is linked to organizations that exist', async () => {
    expectNoOrg(await admin.put(`${POLICY}/${policy}/link`, { json: { orgName: 'no-such-org' } }))
    expectText(await admin.put(`${POLICY}/nope/link`, { json: { orgName: ruled.name } }), 404, 'Policy not found: nope')
  })
  test('ends with its link', async () => {
    const free = await world.org('free')
    expectResult(await admin.put(`${POLICY}/${policy}/link`, { json: { orgName: free.name } }), 'UPDATED')
    expectJson(await canCreate('SECRET', { orgName: free.name }, admin), false)
    expectResult(await admin.delete(`${POLICY}/${policy}/link?orgName=${free.name}`), 'DELETED')
    expectJson(await canCreate('SECRET', { orgName: free.name }, admin), true)
  })
})
