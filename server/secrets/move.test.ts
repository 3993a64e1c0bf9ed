import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Acme,
  empty,
  givenSecret,
  lastAudit,
  seen,
  startAcme,
  text,
  UPDATED,
  validation,
} from '../../tests/support/secrets.ts'
import { givenOrg, givenProject, givenTeam, givenUser } from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'

let { server, org, team, alice, bob, make, v1, v2, value } = {} as Acme
let target: { id: string; name: string }
let project: { id: string }
let theirs: { id: string }

beforeAll(async () => {
  ;({ server, org, team, alice, bob, make, v1, v2, value } = await startAcme())
  target = await givenOrg(server, 'target')
  await givenTeam(server, target, 'them', [alice])
  project = await givenProject(server, org, 'project')
  theirs = await givenProject(server, target, 'theirs')
})
afterAll(() => server.close())

const at = (orgName: string, name: string) => seen(server.request(`/api/v2/org/${orgName}/secret/${name}`))

/** A repository that uses a secret, and what it uses now. */
async function givenRepository(name: string, secretId: string) {
  const id = newId()
  await server.services.db
    .insertInto('repositories')
    .values({
      ...{ id, projectId: project.id, name, url: 'https://git.invalid/x.git', branch: 'main', commitId: null },
      ...{ path: null, secretId, disabled: 0, triggersDisabled: 0, meta: null },
    })
    .execute()
  return async () =>
    (
      await server.services.db
        .selectFrom('repositories')
        .select('secretId')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).secretId
}

describe('what a move does (concord-api §9.6)', () => {
  test('projects and repositories lose it; all the rest stays', async () => {
    const { id } = await make('full', {
      ...{ visibility: 'PRIVATE', storePassword: 'right', projects: [project], grants: { [team.id]: 'WRITER' } },
    })
    const usedSecret = await givenRepository('repo', id)
    expect(await v2('full', { org: 'target', visibility: 'PRIVATE' })).toEqual(UPDATED)

    expect(await at('acme', 'full')).toEqual(empty(404))
    const { body } = await at('target', 'full')
    expect(body).toMatchObject({
      ...{ id, orgId: target.id, orgName: 'target', projects: [], visibility: 'PRIVATE', owner: { id: alice.id } },
      ...{ encryptedBy: 'PASSWORD', createdAt: '2026-01-02T03:04:05.678Z' },
    })
    expect(body.lastUpdatedAt).toBeUndefined()
    expect(await usedSecret()).toBeNull()
    const data = await server.request('/api/v1/org/target/secret/full/data', { form: { storePassword: 'right' } })
    expect(await data.text()).toBe('value')
    // The team of the old organization still has its grant.
    const access = await seen(server.request('/api/v1/org/target/secret/full/access'))
    expect(access.body).toEqual([{ teamId: team.id, teamName: 'team', level: 'WRITER' }])
    expect((await server.request('/api/v2/org/target/secret/full', { as: bob.key })).status).toBe(200)
  })

  test('the log has it under the organization that it left', async () => {
    const { id } = await make('logged', { projects: [project] })
    await v1('logged', { orgName: 'target' })
    const { changes, ...details } = (await lastAudit(server, id))?.details ?? {}
    expect(details).toEqual({ orgId: org.id, secretId: id, name: 'logged' })
    expect(changes.prev).toEqual({ orgId: org.id, orgName: 'acme', projects: expect.any(Object) })
    expect(Object.values(changes.prev.projects)).toMatchObject([{ id: project.id }])
    expect(changes.new).toEqual({ orgId: target.id, orgName: 'target' })
  })

  test('to where it is already: nothing', async () => {
    const { id } = await make('same', { projects: [project] })
    const usedSecret = await givenRepository('repo-same', id)
    expect(await v1('same', { orgId: org.id })).toEqual(UPDATED)
    expect(await v2('same', { org: 'acme' })).toEqual(UPDATED)
    expect((await at('acme', 'same')).body.projects).toHaveLength(1)
    expect(await usedSecret()).toBe(id)
  })

  test('with a new name, visibility, owner and value at once', async () => {
    await make('combined')
    const form = {
      org: 'target',
      name: 'combined-2',
      visibility: 'PRIVATE',
      ownerId: bob.id,
      type: 'DATA',
      data: 'new',
    }
    expect(await v2('combined', form)).toEqual(UPDATED)
    const { body } = await at('target', 'combined-2')
    expect(body).toMatchObject({ visibility: 'PRIVATE', owner: { id: bob.id }, lastUpdatedAt: expect.any(String) })
    const data = await server.request('/api/v1/org/target/secret/combined-2/data', { form: { storePassword: '' } })
    expect(await data.text()).toBe('new')
  })

  test('projects that are sent with it do not count', async () => {
    await make('with-projects')
    expect(await v2('with-projects', { orgId: target.id, projectIds: theirs.id })).toEqual(UPDATED)
    expect((await at('target', 'with-projects')).body.projects).toEqual([])
  })
})

describe('how the target is named', () => {
  test.each([
    ['v2', 'org', (): Record<string, string> => ({ org: 'target' })],
    ['v2', 'orgId', () => ({ orgId: target.id })],
    ['v2', 'orgId before org', () => ({ orgId: target.id, org: 'acme' })],
    ['v1', 'orgName', () => ({ orgName: 'target' })],
    ['v1', 'orgId before orgName', () => ({ orgId: target.id, orgName: 'acme' })],
  ])('%s: %s', async (version, what, fields) => {
    const name = `by-${version}-${what.replaceAll(' ', '-')}`
    await make(name)
    expect(await (version === 'v1' ? v1(name, fields()) : v2(name, fields()))).toEqual(UPDATED)
    expect((await at('target', name)).status).toBe(200)
  })

  test('v2 does not know orgName (concord-api §14 Q2)', async () => {
    await make('by-wrong-name')
    expect(await v2('by-wrong-name', { orgName: 'target' })).toEqual(UPDATED)
    expect((await at('acme', 'by-wrong-name')).status).toBe(200)
  })
})

describe('a taken name', () => {
  test('stops the move, with the old name in the answer', async () => {
    await make('taken')
    await givenSecret(server, target, 'taken')
    await givenSecret(server, target, 'taken-too')
    const exists = validation('Secret already exists: taken')
    expect(await v2('taken', { org: 'target' })).toEqual(exists)
    expect(await v1('taken', { orgName: 'target' })).toEqual(exists)
    expect(await v2('taken', { org: 'target', name: 'taken-too' })).toEqual(exists)
    expect((await at('acme', 'taken')).body.projects).toEqual([])
  })

  test('may be given up for a new one, even the own one’s twin', async () => {
    await make('twin')
    await givenSecret(server, target, 'twin')
    expect(await v2('twin', { org: 'target', name: 'twin-2' })).toEqual(UPDATED)
    expect((await at('target', 'twin-2')).status).toBe(200)
  })

  test('sent along is fine when it is free there', async () => {
    await make('same-name')
    expect(await v1('same-name', { orgName: 'target', name: 'same-name' })).toEqual(UPDATED)
  })
})

describe('who may move: a member of both who may write (concord-api §9.6)', () => {
  /** from: in a team of the organization it leaves; to: in one of where it goes. */
  test.each([
    ['in both, PUBLIC', 'from to', 'PUBLIC', 200],
    ['in both, PRIVATE', 'from to', 'PRIVATE', 403],
    ['in both, PRIVATE, as WRITER', 'from to WRITER', 'PRIVATE', 200],
    ['in both, PRIVATE, as READER', 'from to READER', 'PRIVATE', 403],
    ['only where it leaves', 'from WRITER', 'PUBLIC', 403],
    ['only where it goes', 'to', 'PUBLIC', 403],
    ['a system writer', 'concordSystemWriter', 'PRIVATE', 200],
    ['a system reader, PRIVATE', 'concordSystemReader', 'PRIVATE', 403],
  ] as const)('%s', async (what, rights, visibility, status) => {
    const name = what.replace(/\W+/g, '-').toLowerCase()
    const roles = rights.startsWith('concord') ? [rights] : []
    const user = await givenUser(server, name, ...roles)
    const mine = await givenTeam(server, org, name, rights.includes('from') ? [user] : [])
    await givenTeam(server, target, name, /\bto\b/.test(rights) ? [user] : [])
    const level = /READER|WRITER/.exec(rights)?.[0] as 'READER' | 'WRITER' | undefined
    await make(name, { visibility, grants: level ? { [mine.id]: level } : {} })
    expect((await v2(name, { org: 'target', visibility }, user.key)).status).toBe(status)
    expect((await at(status === 200 ? 'target' : 'acme', name)).status).toBe(200)
  })

  test('an unknown target is told before whether one belongs to it', async () => {
    await make('nowhere')
    expect(await v2('nowhere', { org: 'nope' }, bob.key)).toEqual(validation('Organization not found: nope'))
    expect(await v2('nowhere', { org: 'target' }, bob.key)).toEqual(
      text(403, "The current user (bob) doesn't belong to the specified organization: target"),
    )
    expect(String(await value('nowhere'))).toBe('value')
  })
})
