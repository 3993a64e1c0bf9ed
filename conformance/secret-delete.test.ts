import { describe, expect, test } from 'vitest'
import { admin, anonymous } from './lib/caller.ts'
import {
  expectEmpty,
  expectJson,
  expectNoOrg,
  expectNotInOrg,
  expectResult,
  expectSecretForbidden,
  expectUnauthorized,
  expectViolations,
  jsonOf,
} from './lib/expect.ts'
import { newWorld } from './lib/world.ts'
import { nameViolation } from './versions.ts'

// concord-api §9.2, §9.11.

const world = newWorld('delete')
const [owner, member, outsider] = await Promise.all([world.user('owner'), world.user('member'), world.user('outsider')])
const org = await world.org('org')
const team = await world.team(org, 'team', { MEMBER: [owner, member] })

describe('deleting a secret', () => {
  test('returns DELETED, and removes it', async () => {
    const secret = await world.secret(org, {}, owner)
    expectResult(await owner.delete(secret.v1), 'DELETED')
    expectEmpty(await owner.get(secret.v2), 404)
    expectEmpty(await owner.delete(secret.v1), 404)
  })
  test('frees its name', async () => {
    const secret = await world.secret(org, { name: 'again' }, owner)
    await owner.delete(secret.v1)
    expect((await world.secret(org, { name: 'again' }, owner)).id).not.toBe(secret.id)
  })
  test('leaves the repositories that used it without a secret', async () => {
    const secret = await world.secret(org, { name: 'used' }, owner)
    const repositories = {
      repo: { name: 'repo', url: 'https://git.invalid/x.git', branch: 'main', secretName: 'used', disabled: true },
    }
    await world.project(org, 'project', { repositories })
    expectResult(await owner.delete(secret.v1), 'DELETED')
    const repository = jsonOf(await admin.get(`${org.v1}/project/project/repository/repo`))
    expect(repository).toMatchObject({ name: 'repo' })
    expect(repository).not.toHaveProperty('secretId')
    expect(repository).not.toHaveProperty('secretName')
  })
  test('deletes its team access', async () => {
    const secret = await world.secret(org, { name: 'granted' }, owner)
    await world.grant(secret, [{ team, level: 'READER' }])
    expectResult(await owner.delete(secret.v1), 'DELETED')
    const next = await world.secret(org, { name: 'granted' }, owner)
    expectJson(await owner.get(`${next.v1}/access`), [])
  })
  test('works if it is password-protected or project-scoped', async () => {
    const { id } = await world.project(org, 'scope')
    const secret = await world.secret(org, { projectIds: id, generatePassword: 'true' }, owner)
    expectResult(await owner.delete(secret.v1), 'DELETED')
  })
  test('is denied to a member even if it is PUBLIC', async () => {
    const secret = await world.secret(org, {}, owner)
    expectSecretForbidden(await member.delete(secret.v1), 'OWNER', secret.name)
  })
  test('is denied to a non-member whether it exists or not', async () => {
    const secret = await world.secret(org, {}, owner)
    expectNotInOrg(await outsider.delete(secret.v1), outsider, org)
    expectNotInOrg(await outsider.delete(`${org.v1}/secret/nope`), outsider, org)
  })
  test('that is missing is a 404 without a body', async () =>
    expectEmpty(await owner.delete(`${org.v1}/secret/nope`), 404))
  test('checks the name', async () => {
    expectViolations(await owner.delete(`${org.v1}/secret/a%20b`), { 'SecretResource.delete.arg1': nameViolation })
  })
  test('requires an existing organization', async () =>
    expectNoOrg(await owner.delete('/api/v1/org/no-such-org/secret/nope')))
  test('requires credentials', async () => {
    expectUnauthorized(await anonymous.delete(`${org.v1}/secret/nope`), { challenge: true })
  })
})
