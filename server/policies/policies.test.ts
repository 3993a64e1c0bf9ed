import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { file, givenSecret, ok, seen, text, validation } from '../../tests/support/secrets.ts'
import { longestStandstill } from '../../tests/support/standstill.ts'
import {
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'

let server: TestServer
let joe: { id: string; key: string }
let sue: { id: string; key: string }
let org: { id: string }
let project: { id: string }

beforeAll(async () => {
  server = await startTestServer()
  joe = await givenUser(server, 'joe')
  sue = await givenUser(server, 'sue')
  org = await givenOrg(server, 'acme', joe)
  await givenTeam(server, org, 'team', [joe, sue])
  project = await givenProject(server, org, 'project')
})
afterAll(() => server.close())
afterEach(() => server.services.db.deleteFrom('policies').execute())

const POLICY = '/api/v2/policy'
const save = (json: object, as?: string) => seen(server.request(POLICY, { json, ...(as ? { as } : {}) }))
const call = (method: string, path: string, json?: object) => seen(server.request(`${POLICY}${path}`, { method, json }))
const get = (path = '') => call('GET', path)
/** A policy with these entity rules, linked to a target. */
async function given(rules: object, target: object = { orgName: 'acme' }, name = 'rules') {
  const { body } = await save({ name, rules: { entity: rules } })
  expect((await call('PUT', `/${name}/link`, target)).status).toBe(200)
  return body.id as string
}
const deny = (entity: string, action: string, conditions: object = {}, msg = 'not here') => ({
  deny: [{ entity, action, conditions, msg }],
})
const forbidden = validation('Action forbidden: not here')
const DONE = expect.objectContaining({ status: 200 })

const createSecret = (name: string, more: Record<string, string> = {}, as = joe.key) =>
  seen(server.request('/api/v1/org/acme/secret', { as, form: { name, type: 'DATA', data: file('x'), ...more } }))
const updateSecret = (name: string, form: Record<string, string>) =>
  seen(server.request(`/api/v2/org/acme/secret/${name}`, { as: joe.key, form }))
const saveProject = (json: object, as = joe.key) => seen(server.request('/api/v1/org/acme/project', { as, json }))
const canCreate = async (type: string, as = joe.key) =>
  (await seen(server.request(`/api/v1/${type}/canCreate?orgName=acme`, { as }))).body

test.each(['{"entity": {"deny": [', '[]', 'null'])('rules that cannot be read allow nothing: %s', async (rules) => {
  const parent = (await save({ name: 'parent', rules: {} })).body.id as string
  const id = await given(deny('secret', 'create'))
  await save({ id, name: 'rules', parentId: parent, rules: {} })
  for (const damaged of [id, parent]) {
    const set = (text: string) =>
      server.services.db.updateTable('policies').set({ rules: text }).where('id', '=', damaged).execute()
    await set(rules)
    expect(await saveProject({ name: `damaged-${newId()}` })).toEqual(
      text(500, 'ERROR: java.lang.IllegalArgumentException: The rules of a policy are damaged'),
    )
    expect((await get()).status).toBe(200)
    await set('{}')
    expect((await saveProject({ name: `mended-${newId()}` })).status).toBe(200)
  }
})

describe('policies', () => {
  test('are made, changed by name or id, read, listed by name and deleted', async () => {
    const rules = { entity: { deny: [] }, file: { deny: [{ names: ['a'] }] } }
    const { body } = await save({ name: 'first', rules })
    expect(body).toEqual({ id: expect.any(String), result: 'CREATED' })
    expect(await get('/first')).toEqual(ok({ id: body.id, name: 'first', rules }))
    expect((await save({ name: 'first', rules: {} })).body).toEqual({ id: body.id, result: 'UPDATED' })
    await save({ name: 'child', parentId: body.id, rules })
    await save({ id: body.id, name: 'renamed', rules })
    expect((await get()).body.map(({ name }: { name: string }) => name)).toEqual(['child', 'renamed'])
    expect((await get('/child')).body.parentId).toBe(body.id)
    expect(await call('DELETE', '/renamed')).toEqual(ok({ ok: true, result: 'DELETED' }))
    expect((await get('/child')).body).not.toHaveProperty('parentId')
  })

  test('are for admins', async () => {
    const refused = text(403, 'Only admins can do that')
    expect(await save({ name: 'mine', rules: {} }, joe.key)).toEqual(refused)
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/x'],
      ['DELETE', '/x'],
      ['DELETE', '/x/link'],
    ] as const) {
      expect(await seen(server.request(`${POLICY}${path}`, { method, as: joe.key }))).toEqual(refused)
    }
    expect(await seen(server.request(`${POLICY}/xyz/link`, { method: 'PUT', as: joe.key, json: {} }))).toEqual(refused)
  })

  test('that do not exist are a 404, with bad names a 400', async () => {
    const missing = text(404, 'Policy not found: nope')
    expect(await get('/nope')).toEqual(missing)
    expect(await call('DELETE', '/nope')).toEqual(missing)
    expect(await call('PUT', '/nope/link', {})).toEqual(missing)
    expect(await call('DELETE', '/nope/link')).toEqual(missing)
    expect((await save({ name: 'a b', rules: {} })).body[0].id).toBe('ImmutablePolicyEntry.createOrUpdate.arg0.name')
    expect((await save({ name: 'orphan', parentId: newId(), rules: {} })).status).toBe(500)
  })

  test('are linked to an organization, a project, a user or all, and listed by it: the nearest one', async () => {
    for (const name of ['all', 'acme', 'project', 'user']) await save({ name, rules: {} })
    await call('PUT', '/all/link', {})
    await call('PUT', '/acme/link', { orgName: 'acme' })
    await call('PUT', '/project/link', { orgName: 'acme', projectName: 'project' })
    await call('PUT', '/user/link', { userName: 'sue' })
    const linked = async (query: string) => (await get(`?${query}`)).body.map(({ name }: { name: string }) => name)
    expect(await linked('orgName=Default')).toEqual(['all'])
    expect(await linked('orgName=acme')).toEqual(['acme'])
    expect(await linked('orgName=acme&projectName=project')).toEqual(['project'])
    expect(await linked('orgName=acme&projectName=project&userName=sue')).toEqual(['user'])
    expect(await call('DELETE', '/project/link?orgName=acme&projectName=project')).toEqual(
      ok({ ok: true, result: 'DELETED' }),
    )
    expect(await linked('orgName=acme&projectName=project')).toEqual(['acme'])
    expect(await call('PUT', '/user/link', { userName: 'nobody' })).toEqual(
      text(400, "User 'nobody' with domain 'null' (LOCAL) not found"),
    )
    expect(await call('PUT', '/user/link', { projectName: 'x' })).toEqual(text(400, 'Organization name is required'))
    expect(await call('PUT', '/user/link', { orgName: 'acme', projectName: 'x' })).toEqual(
      text(500, 'Project not found: x'),
    )
  })

  test('are in the audit log, with their links', async () => {
    const id = await given({})
    const log = await seen(server.request('/api/v1/audit?object=POLICY&limit=2'))
    expect(log.body).toMatchObject([
      { action: 'UPDATE', details: { policyId: id, name: 'rules', action: 'link', link: { orgId: org.id } } },
      { action: 'CREATE', details: { policyId: id, name: 'rules' } },
    ])
  })
})

describe('an entity policy', () => {
  test('forbids to make projects; canCreate says so', async () => {
    expect(await canCreate('PROJECT')).toBe(true)
    await given(deny('project', 'create'))
    expect(await saveProject({ name: 'new-one' })).toEqual(forbidden)
    expect(await canCreate('PROJECT')).toBe(false)
    expect(await canCreate('SECRET')).toBe(true)
    expect(await canCreate('REPOSITORY')).toBe(true)
    expect(await saveProject({ name: 'project', description: 'changed' })).toEqual(DONE)
  })

  test('forbids to change projects and to add repositories', async () => {
    await given({
      deny: [...deny('project', 'update').deny, ...deny('repository', '.*', { entity: { url: 'http:.*' } }).deny],
    })
    expect(await saveProject({ name: 'project', description: 'again' })).toEqual(forbidden)
    const repository = (url: string) =>
      seen(
        server.request('/api/v1/org/acme/project/project/repository', {
          as: joe.key,
          json: { name: 'repo', url, branch: 'main' },
        }),
      )
    await server.services.db.updateTable('projects').set({ ownerId: joe.id }).where('id', '=', project.id).execute()
    expect(await repository('http://git.invalid/x')).toEqual(forbidden)
    expect(await repository('https://git.invalid/x')).toEqual(DONE)
  })

  test('forbids secrets, but asks for each project: one without projects is made all the same (Q10)', async () => {
    await given(deny('secret', 'create', { entity: { type: 'DATA' } }))
    expect(await createSecret('in-project', { project: 'project' })).toEqual(forbidden)
    expect(await createSecret('without')).toEqual(DONE)
    await given(deny('secret', 'create'))
    expect(await canCreate('SECRET')).toBe(false)
  })

  test('forbids to change secrets, with projects and without', async () => {
    await givenSecret(server, org, 'kept', { ownerId: joe.id })
    await givenSecret(server, org, 'linked', { ownerId: joe.id, projects: [project] })
    await given(deny('secret', 'update', { entity: { name: '(kept|linked)' } }))
    for (const name of ['kept', 'linked']) {
      expect(await updateSecret(name, { name: `${name}-2`, visibility: 'PUBLIC' })).toEqual(forbidden)
    }
    await givenSecret(server, org, 'other', { ownerId: joe.id })
    expect(await updateSecret('other', { name: 'other-2', visibility: 'PUBLIC' })).toEqual(DONE)
  })

  test('forbids to make and to change organizations, for everybody', async () => {
    await given(deny('org', '.*', { entity: { name: 'bad-.*' } }), {})
    const create = (name: string) => seen(server.request('/api/v1/org', { json: { name } }))
    expect(await create('bad-one')).toEqual(forbidden)
    expect(await create('good-one')).toEqual(DONE)
    const rename = seen(server.request('/api/v1/org', { json: { id: org.id, name: 'bad-acme' } }))
    expect(await rename).toEqual(forbidden)
  })

  test('can be for one user, and about who is to own it', async () => {
    await given(deny('project', 'create'), { userName: 'sue' })
    expect(await saveProject({ name: 'of-sue' }, sue.key)).toEqual(forbidden)
    expect(await saveProject({ name: 'of-joe' })).toEqual(DONE)
    await given(deny('project', 'create', { owner: { username: 'joe' } }), {}, 'owners')
    expect(await saveProject({ name: 'of-joe-2' })).toEqual(forbidden)
  })

  test('lets an exception go before, and takes what it does not say from its parents', async () => {
    const parent = (await save({ name: 'parent', rules: { entity: deny('project', 'create') } })).body.id
    const allow = [{ entity: 'project', action: 'create', conditions: { entity: { name: 'ok-.*' } } }]
    await save({ name: 'child', parentId: parent, rules: { entity: { allow } } })
    // Each other's parent: the way ends all the same.
    const child = (await get('/child')).body.id
    await save({ id: parent, name: 'parent', parentId: child, rules: { entity: deny('project', 'create') } })
    await call('PUT', '/child/link', { orgName: 'acme' })
    expect(await saveProject({ name: 'ok-one' })).toEqual(DONE)
    expect(await saveProject({ name: 'nok-one' })).toEqual(forbidden)
  })

  test('that cannot be read forbids', async () => {
    const id = await given({ deny: [] })
    // From before patterns were checked when they are saved.
    const rules = JSON.stringify({ entity: { deny: [{ entity: '(' }] } })
    await server.services.db.updateTable('policies').set({ rules }).where('id', '=', id).execute()
    expect((await saveProject({ name: 'unreadable' })).status).toBe(500)
    await save({ name: 'rules', rules: { entity: { deny: 'all' } } })
    expect((await saveProject({ name: 'unreadable' })).status).toBe(500)
  })

  test('takes no time with a pattern that backtracks', async () => {
    await given(deny('project', 'create', { entity: { name: '(a+)+b' } }))
    const attack = async () => expect(await saveProject({ name: 'a'.repeat(29) })).toEqual(DONE)
    expect(await longestStandstill(attack)).toBeLessThan(250)
    expect(await saveProject({ name: `${'a'.repeat(29)}b` })).toEqual(forbidden)
  })

  test('refuses what has too much to compare, instead of comparing for seconds', async () => {
    await given(deny('project', 'create', { entity: { meta: { tags: 'prod-.*' } } }))
    const tags = Array.from({ length: 150_000 }, (_, i) => `tag-${i}`)
    const attack = async () =>
      expect(await saveProject({ name: 'tagged', meta: { tags } })).toEqual(
        validation('What was sent is too large to be checked against the policy that applies. Send less at once.'),
      )
    expect(await longestStandstill(attack)).toBeLessThan(400)
    expect(await saveProject({ name: 'tagged', meta: { tags: ['test-1', 'prod-1'] } })).toEqual(forbidden)
  })

  test.each([
    [
      { deny: [{}, { entity: '(?=a)' }] },
      'entity.deny[1].entity: the pattern has a look-ahead (?=, which RE2 does not have',
    ],
    [
      { allow: [{ conditions: { entity: { name: ['ok', '('] } } }] },
      'entity.allow[0].conditions.entity.name[1]: the pattern has a ( without its )',
    ],
    [{ deny: [{ action: 'x'.repeat(5000) }] }, 'entity.deny[0].action: the pattern is longer than 4096 characters'],
    [{ deny: Array(1001).fill({ entity: 'a' }) }, 'entity.deny[1000].entity: there are more than 1000 patterns'],
    [{ deny: Array(20).fill({ entity: '[abc]{900}' }) }, 'entity.deny[5].entity: the patterns are too large together'],
  ])('is refused when it is saved, where it is wrong: %#', async (entity, why) => {
    expect(await save({ name: 'unusable', rules: { entity } })).toEqual(
      validation(`Invalid rules: ${why}. Change it and save the policy again.`),
    )
    expect((await get('/unusable')).status).toBe(404)
  })

  test('is refused when its conditions are nested too deep', async () => {
    let conditions: object = { name: 'a' }
    for (let i = 0; i < 200; i++) conditions = { entity: conditions }
    const { status, body } = await save({ name: 'deep', rules: { entity: { deny: [{ conditions }] } } })
    expect(status).toBe(400)
    expect(body[0].message).toContain('the conditions are nested deeper than 100 levels')
  })
})
