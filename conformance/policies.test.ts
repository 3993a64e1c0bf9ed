import { describe, test } from 'vitest'
import { admin, anonymous } from './lib/caller.ts'
import {
  expectEmpty,
  expectJson,
  expectNoOrg,
  expectNotInOrg,
  expectText,
  expectUnauthorized,
  expectValidationError,
} from './lib/expect.ts'
import { newWorld } from './lib/world.ts'

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

describe('policies', () => {
  test('are for admins', async () => expectText(await member.get('/api/v2/policy'), 403, 'Only admins can do that'))
})
