import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { seen, text, validation } from '../../tests/support/secrets.ts'
import { longestStandstill } from '../../tests/support/standstill.ts'
import { givenOrg, givenTeam, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'

let server: TestServer
let joe: { id: string; key: string }
let sue: { id: string; key: string }
let org: { id: string }

beforeAll(async () => {
  server = await startTestServer()
  joe = await givenUser(server, 'joe')
  sue = await givenUser(server, 'sue')
  org = await givenOrg(server, 'acme', joe)
  await givenTeam(server, org, 'team', [joe, sue])
})
afterAll(() => server.close())
afterEach(() => server.services.db.deleteFrom('policies').execute())

const POLICY = '/api/v2/policy'
const save = (json: object, as?: string) => seen(server.request(POLICY, { json, ...(as ? { as } : {}) }))
const call = (method: string, path: string, json?: object) => seen(server.request(`${POLICY}${path}`, { method, json }))
const get = (path = '') => call('GET', path)
/** Creates a policy with these entity rules, linked to a target. */
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

const saveProject = (json: object, as = joe.key) => seen(server.request('/api/v1/org/acme/project', { as, json }))

test.each(['{"entity": {"deny": [', '[]', 'null'])('invalid rules allow nothing: %s', async (rules) => {
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
  test('have names that fit', async () => {
    expect((await save({ name: 'a b', rules: {} })).body[0].id).toBe('ImmutablePolicyEntry.createOrUpdate.arg0.name')
  })

  test('may be linked to all, and to what exists only', async () => {
    await save({ name: 'all', rules: {} })
    await call('PUT', '/all/link', {})
    expect(await get('?orgName=Default')).toMatchObject({ body: [{ name: 'all' }] })
    expect(await call('PUT', '/all/link', { userName: 'nobody' })).toEqual(
      text(400, "User 'nobody' with domain 'null' (LOCAL) not found"),
    )
    expect(await call('PUT', '/all/link', { orgName: 'acme', projectName: 'xyz' })).toEqual(
      text(500, 'Project not found: xyz'),
    )
  })
})

describe('an entity policy', () => {
  test('forbids creating and changing organizations, for everybody', async () => {
    await given(deny('org', '.*', { entity: { name: 'bad-.*' } }), {})
    const create = (name: string) => seen(server.request('/api/v1/org', { json: { name } }))
    expect(await create('bad-one')).toEqual(forbidden)
    expect(await create('good-one')).toEqual(DONE)
    const rename = seen(server.request('/api/v1/org', { json: { id: org.id, name: 'bad-acme' } }))
    expect(await rename).toEqual(forbidden)
  })

  test('can apply to one user, and restrict the owner', async () => {
    await given(deny('project', 'create'), { userName: 'sue' })
    expect(await saveProject({ name: 'of-sue' }, sue.key)).toEqual(forbidden)
    expect(await saveProject({ name: 'of-joe' })).toEqual(DONE)
    await given(deny('project', 'create', { owner: { username: 'joe' } }), {}, 'owners')
    expect(await saveProject({ name: 'of-joe-2' })).toEqual(forbidden)
  })

  test('applies exceptions first, and inherits other rules from its parents', async () => {
    const parent = (await save({ name: 'parent', rules: { entity: deny('project', 'create') } })).body.id
    const allow = [{ entity: 'project', action: 'create', conditions: { entity: { name: 'ok-.*' } } }]
    await save({ name: 'child', parentId: parent, rules: { entity: { allow } } })
    // They are each other's parent: the lookup still ends.
    const child = (await get('/child')).body.id
    await save({ id: parent, name: 'parent', parentId: child, rules: { entity: deny('project', 'create') } })
    await call('PUT', '/child/link', { orgName: 'acme' })
    expect(await saveProject({ name: 'ok-one' })).toEqual(DONE)
    expect(await saveProject({ name: 'nok-one' })).toEqual(forbidden)
  })

  test('forbids if it is invalid', async () => {
    const id = await given({ deny: [] })
    // Saved before patterns were checked.
    const rules = JSON.stringify({ entity: { deny: [{ entity: '(' }] } })
    await server.services.db.updateTable('policies').set({ rules }).where('id', '=', id).execute()
    expect((await saveProject({ name: 'unreadable' })).status).toBe(500)
    await save({ name: 'rules', rules: { entity: { deny: 'all' } } })
    expect((await saveProject({ name: 'unreadable' })).status).toBe(500)
  })

  test('takes no time with a backtracking pattern', async () => {
    await given(deny('project', 'create', { entity: { name: '(a+)+b' } }))
    const attack = async () => expect(await saveProject({ name: 'a'.repeat(29) })).toEqual(DONE)
    expect(await longestStandstill(attack)).toBeLessThan(250)
    expect(await saveProject({ name: `${'a'.repeat(29)}b` })).toEqual(forbidden)
  })

  test('rejects input with too much to compare, instead of comparing for seconds', async () => {
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
      'entity.allow[0].conditions.entity.name[1]: the pattern has an unmatched (',
    ],
    [{ deny: [{ action: 'x'.repeat(5000) }] }, 'entity.deny[0].action: the pattern is longer than 4096 characters'],
    [{ deny: Array(1001).fill({ entity: 'a' }) }, 'entity.deny[1000].entity: there are more than 1000 patterns'],
    [{ deny: Array(20).fill({ entity: '[abc]{900}' }) }, 'entity.deny[5].entity: the patterns are too large together'],
  ])('is rejected when saved, with the place of the error: %#', async (entity, why) => {
    expect(await save({ name: 'unusable', rules: { entity } })).toEqual(
      validation(`Invalid rules: ${why}. Change it and save the policy again.`),
    )
    expect((await get('/unusable')).status).toBe(404)
  })

  test('is rejected if its conditions are nested too deep', async () => {
    let conditions: object = { name: 'a' }
    for (let i = 0; i < 200; i++) conditions = { entity: conditions }
    const { status, body } = await save({ name: 'deep', rules: { entity: { deny: [{ conditions }] } } })
    expect(status).toBe(400)
    expect(body[0].message).toContain('the conditions are nested deeper than 100 levels')
  })
})
