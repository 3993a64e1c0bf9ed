import { describe, expect, test } from 'vitest'
import { admin, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectNoOrg,
  expectNotInOrg,
  expectResult,
  expectSecretForbidden,
  expectText,
  expectValidationError,
  jsonOf,
} from './lib/expect.ts'
import type { Form } from './lib/multipart.ts'
import { newWorld, type Org, STORE_PASSWORD, secretNamed, TIMESTAMP, UNKNOWN_ID } from './lib/world.ts'

// concord-api §9.6, "Move".

const world = newWorld('move')
const [both, source, target] = await Promise.all([world.user('both'), world.user('source'), world.user('target')])
const from = await world.org('from')
const to = await world.org('to')
const team = await world.team(from, 'team', { MEMBER: [both, source] })
await world.team(to, 'team', { MEMBER: [both, target] })
const project = await world.project(from, 'project')
const newProject = await world.project(to, 'elsewhere')

const fresh = (form: Form & { name?: string } = {}) => world.secret(from, form, both)
/** Creates a project with a repository that uses a secret; returns a function for its current secret. */
async function usedBy(secretName: string) {
  const repo = { name: 'repo', url: 'https://git.invalid/x.git', branch: 'main', secretName, disabled: true }
  const { name } = await world.project(from, `user-of-${secretName}`, { repositories: { repo } })
  return async () => jsonOf(await admin.get(`${from.v1}/project/${name}/repository/repo`)).secretId
}
const entryIn = async (org: Org, name: string) => jsonOf(await admin.get(secretNamed(org, name).v2))
type Mover = (name: string, as?: Caller, more?: Record<string, string>, o?: Org) => ReturnType<Caller['post']>
const v1: Mover = (name, as = both, more = {}, o = from) => as.post(secretNamed(o, name).v1, { json: more })
const v2: Mover = (name, as = both, more = {}, o = from) =>
  as.post(secretNamed(o, name).v2, { form: { visibility: 'PUBLIC', ...more } })

describe('moving a secret to another organization', () => {
  test.each<[string, Mover, () => Record<string, string>]>([
    ['v1 accepts orgId', v1, () => ({ orgId: to.id })],
    ['v1 accepts orgName', v1, () => ({ orgName: to.name })],
    ['v2 accepts orgId', v2, () => ({ orgId: to.id })],
    ['v2 accepts org', v2, () => ({ org: to.name })],
    ['the id takes precedence over the name in v1', v1, () => ({ orgId: to.id, orgName: from.name })],
    ['the id takes precedence over the name in v2', v2, () => ({ orgId: to.id, org: from.name })],
  ])('%s', async (_, move, more) => {
    const { id, name } = await fresh()
    expectResult(await move(name, both, more()), 'UPDATED')
    expect(await entryIn(to, name)).toMatchObject({ id, orgId: to.id, orgName: to.name })
    expectEmpty(await admin.get(secretNamed(from, name).v2), 404)
  })

  test('v2 ignores orgName: nothing moves', async () => {
    const { name } = await fresh()
    expectResult(await v2(name, both, { orgName: to.name }), 'UPDATED')
    expect((await entryIn(from, name)).orgId).toBe(from.id)
  })

  test.each<[string, Mover, Record<string, string>]>([
    ['v1', v1, { orgId: from.id }],
    ['v1', v1, { orgName: from.name }],
    ['v2', v2, { orgId: from.id }],
    ['v2', v2, { org: from.name }],
  ])('to the same organization does nothing: %s, %o', async (_, move, more) => {
    const { id, name } = await fresh({ projectIds: project.id })
    const usedSecret = await usedBy(name)
    expectResult(await move(name, both, more), 'UPDATED')
    expect(await entryIn(from, name)).toMatchObject({ orgId: from.id, projects: [{ id: project.id }] })
    expect(await usedSecret()).toBe(id)
  })

  test('keeps id, owner, store password, value, times and, in v1, visibility', async () => {
    const { id, name } = await fresh({ visibility: 'PRIVATE', storePassword: STORE_PASSWORD })
    const { createdAt } = await entryIn(from, name)
    await v1(name, both, { orgName: to.name })
    const entry = await entryIn(to, name)
    expect(entry).toMatchObject({
      id,
      visibility: 'PRIVATE',
      owner: { id: both.id },
      encryptedBy: 'PASSWORD',
      createdAt,
    })
    expect(entry).not.toHaveProperty('lastUpdatedAt')
    const form = { storePassword: STORE_PASSWORD }
    expect((await both.post(`${secretNamed(to, name).v1}/data`, { form })).text).toBe('value')
  })

  test('can be combined with all other changes', async () => {
    const { id, name } = await fresh()
    const changes = { name: 'combined', visibility: 'PRIVATE', ownerId: target.id, type: 'DATA', data: 'new' }
    expectResult(await v2(name, both, { org: to.name, ...changes }), 'UPDATED')
    const entry = {
      id,
      visibility: 'PRIVATE',
      owner: { id: target.id },
      lastUpdatedAt: expect.stringMatching(TIMESTAMP),
    }
    expect(await entryIn(to, 'combined')).toMatchObject(entry)
    expect((await target.post(`${secretNamed(to, 'combined').v1}/data`, { form: {} })).text).toBe('new')
  })

  test('keeps the old teams’ access: they can still read it, the new organization’s teams cannot', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    await world.grant(secret, [{ team, level: 'WRITER' }])
    await v1(secret.name, both, { orgName: to.name })
    const moved = secretNamed(to, secret.name)
    expect(jsonOf(await both.get(`${moved.v1}/access`))).toMatchObject([{ teamId: team.id, level: 'WRITER' }])
    expect(jsonOf(await source.get(moved.v2)).id).toBe(secret.id)
    expectSecretForbidden(await target.get(moved.v2), 'READER', secret.name)
  })

  test('removes its project links, and ignores those sent', async () => {
    const { name } = await fresh({ projectIds: project.id })
    expectResult(await v2(name, both, { org: to.name, projectIds: newProject.id }), 'UPDATED')
    expect((await entryIn(to, name)).projects).toEqual([])
  })

  test('unlinks it from the repositories that used it', async () => {
    const { id, name } = await fresh()
    const usedSecret = await usedBy(name)
    expect(await usedSecret()).toBe(id)
    await v2(name, both, { org: to.name })
    expect(await usedSecret()).toBeUndefined()
  })

  test.each<[string, Mover, Record<string, string>]>([
    ['v1', v1, { orgName: to.name }],
    ['v2', v2, { org: to.name }],
    ['with another one', v2, { org: to.name, name: 'taken-too' }],
  ])('needs a name that is free there: %s', async (_, move, more) => {
    const { id, name } = await fresh()
    await world.secret(to, { name: more.name ?? name })
    expectValidationError(await move(name, both, more), `Secret already exists: ${name}`)
    expect((await entryIn(from, name)).id).toBe(id)
  })

  test('may send the current name', async () => {
    const { id, name } = await fresh()
    expectResult(await v1(name, both, { orgName: to.name, name }), 'UPDATED')
    expect((await entryIn(to, name)).id).toBe(id)
  })

  test('can rename at the same time', async () => {
    const { id, name } = await fresh()
    await world.secret(to, { name })
    expectResult(await v2(name, both, { org: to.name, name: 'on-the-way' }), 'UPDATED')
    expect((await entryIn(to, 'on-the-way')).id).toBe(id)
  })

  test.each<[string, Mover, Record<string, string>, string]>([
    ['v1 by name', v1, { orgName: 'no-such-org' }, 'no-such-org'],
    ['v1 by an invalid name', v1, { orgName: 'a b' }, 'a b'],
    ['v1 by id', v1, { orgId: UNKNOWN_ID }, UNKNOWN_ID],
    ['v2 by name', v2, { org: 'no-such-org' }, 'no-such-org'],
    ['v2 by id', v2, { orgId: UNKNOWN_ID }, UNKNOWN_ID],
  ])('needs an existing organization: %s', async (_, move, more, name) => {
    expectNoOrg(await move((await fresh()).name, both, more), name)
  })

  test('with a bad UUID is a 500 in v2', async () => {
    expectText(await v2((await fresh()).name, both, { orgId: 'abc' }), 500, 'Error parsing the request')
  })

  test.each<[string, Mover, Record<string, string>]>([
    ['v1', v1, { orgName: to.name }],
    ['v1', v1, { orgId: to.id }],
    ['v2', v2, { org: to.name }],
    ['v2', v2, { orgId: to.id }],
  ])('is for members of both: %s, %o', async (_, move, more) => {
    const { name } = await fresh()
    expectNotInOrg(await move(name, source, more), source, to)
    expectNotInOrg(await move(name, target, more), target, from)
  })

  test('only needs membership if it is PUBLIC', async () => {
    const mover = await world.user('mover')
    await world.team(from, 'movers', { MEMBER: [mover] })
    await world.team(to, 'movers', { MEMBER: [mover] })
    expectResult(await v2((await fresh()).name, mover, { org: to.name }), 'UPDATED')
  })

  test('of a PRIVATE one needs WRITER', async () => {
    const { name } = await world.secret(from, { visibility: 'PRIVATE' })
    expectSecretForbidden(await v1(name, both, { orgName: to.name }), 'WRITER', name)
  })
})
