import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { empty, givenSecret, ok, seen, text, validation } from '../../tests/support/secrets.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { SEED } from '../ids.ts'
import { listProjects } from './store.ts'

interface Person {
  id: string
  username: string
  key: string
}

let server: TestServer
let creator: Person
let member: Person
let outsider: Person
let reader: Person
let writer: Person
let org: { id: string; name: string }
let team: { id: string; name: string }
let secret: { id: string; name: string }

beforeAll(async () => {
  server = await startTestServer()
  creator = await givenUser(server, 'creator')
  member = await givenUser(server, 'member')
  outsider = await givenUser(server, 'outsider')
  reader = await givenUser(server, 'reader', 'concordSystemReader')
  writer = await givenUser(server, 'writer', 'concordSystemWriter')
  org = await givenOrg(server, 'acme')
  await givenOrg(server, 'other')
  team = await givenTeam(server, org, 'team', [creator, member])
  secret = await givenSecret(server, org, 'deploy-key', { type: 'KEY_PAIR' })
})
afterAll(() => server.close())

const PROJECT = '/api/v1/org/acme/project'
const repository = (more: object = {}) => ({
  url: 'https://git.invalid/x.git',
  branch: 'main',
  disabled: true,
  ...more,
})
const post = (json: object, as = creator.key) => seen(server.request(PROJECT, { as, json }))
const call = (method: string, path: string, as: string, json?: unknown) =>
  seen(server.request(`${PROJECT}${path}`, { method, as, json }))
const get = (path: string, as = creator.key) => call('GET', path, as)
const getV2 = (name: string, as = creator.key) => seen(server.request(`/api/v2/org/acme/project/${name}`, { as }))
const denied = (username: string, level: string, name: string) =>
  text(403, `The current user (${username}) doesn't have the necessary access level (${level}) to the project: ${name}`)

describe('creating', () => {
  test('is for members; the creator owns the project, everything else has a default', async () => {
    const { body } = await post({ name: 'plain' })
    expect(body).toEqual({ ok: true, id: expect.any(String), result: 'CREATED' })
    expect((await getV2('plain')).body).toEqual({
      ...{ id: body.id, name: 'plain', orgId: org.id, orgName: 'acme', visibility: 'PUBLIC' },
      ...{ rawPayloadMode: 'DISABLED', outVariablesMode: 'DISABLED', processExecMode: 'READERS' },
      owner: { id: creator.id, username: 'creator', displayName: 'The creator', userType: 'LOCAL' },
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(await post({ name: 'mine' }, outsider.key)).toEqual(
      text(403, "The current user (outsider) doesn't belong to the specified organization: acme"),
    )
  })

  test('wants a name that fits the pattern, and says everything that is wrong with its repositories', async () => {
    expect(await post({})).toEqual(validation("'name' is required"))
    const { status, body } = await post({
      ...{ name: 'a b', description: 'x'.repeat(1025) },
      repositories: { ab: { ...repository({ name: 'ab' }), url: null } },
    })
    expect(status).toBe(400)
    expect(body.map(({ id }: { id: string }) => id).sort()).toEqual([
      'ProjectEntry.createOrUpdate.arg1.description',
      'ProjectEntry.createOrUpdate.arg1.name',
      'RepositoryEntry.createOrUpdate.arg1.repositories[ab].name',
      'RepositoryEntry.createOrUpdate.arg1.repositories[ab].url',
    ])
  })

  test('with repositories: their secret by name, by id or by the old field; the key is their name', async () => {
    await post({
      ...{ name: 'full', description: 'text', meta: { a: 1 }, cfg: { b: 2 } },
      repositories: {
        'by-name': repository({ secretName: 'deploy-key' }),
        'by-id': repository({ secretId: secret.id, path: ' a/b ', commitId: '' }),
        'by-alias': repository({ secret: 'deploy-key' }),
        without: repository({ name: 'named' }),
      },
    })
    const { body } = await get('/full')
    expect(body).toMatchObject({ description: 'text', meta: { a: 1 }, cfg: { b: 2 } })
    expect(Object.keys(body.repositories)).toEqual(['by-alias', 'by-id', 'by-name', 'named'])
    const uses = { secretId: secret.id, secretName: 'deploy-key', secretStoreType: 'concord' }
    expect(body.repositories['by-alias']).toMatchObject(uses)
    expect(body.repositories['by-name']).toMatchObject(uses)
    expect(body.repositories['by-id']).toEqual({
      ...{ id: expect.any(String), projectId: body.id, name: 'by-id', url: 'https://git.invalid/x.git' },
      ...{ branch: 'main', path: 'a/b', disabled: true, triggersDisabled: false },
      ...uses,
    })
    expect(body.repositories.named).not.toHaveProperty('secretId')
    expect((await getV2('full')).body).not.toHaveProperty('repositories')
  })

  test('with a secret that does not exist, or that the caller may not read, makes nothing', async () => {
    await givenSecret(server, org, 'hidden', { visibility: 'PRIVATE' })
    const withSecret = (secretName: string) =>
      post({ name: 'half', repositories: { repo: repository({ secretName }) } })
    expect(await withSecret('nope')).toEqual(empty(404))
    expect((await withSecret('hidden')).status).toBe(403)
    expect(await getV2('half')).toEqual(text(404, 'Project not found: half'))
  })
})

describe('reading', () => {
  beforeAll(async () => {
    await post({ name: 'open' })
    await post({ name: 'closed', visibility: 'PRIVATE', repositories: { repo: repository() } })
  })

  test('a PUBLIC project is for everybody, a PRIVATE one for its owner and who was granted access', async () => {
    expect((await getV2('open', outsider.key)).status).toBe(200)
    for (const { key } of [creator, reader, writer]) expect((await getV2('closed', key)).status).toBe(200)
    expect(await getV2('closed', member.key)).toEqual(denied('member', 'READER', 'closed'))
    expect(await get('/closed/repository', member.key)).toEqual(denied('member', 'READER', 'closed'))
    expect(await get('/closed/access', member.key)).toEqual(denied('member', 'READER', 'closed'))
  })

  test('the list shows members everything, others the PUBLIC ones; without cfg and meta', async () => {
    const names = async (as: string, query = '') => {
      const { body } = await get(`?filter=${query || 'o'}`, as)
      return body.map(({ name }: { name: string }) => name)
    }
    for (const { key } of [member, reader]) expect(await names(key)).toEqual(['closed', 'open'])
    expect(await names(outsider.key)).toEqual(['open'])
    const { body } = await get('?filter=FULL')
    expect(body[0]).toMatchObject({ name: 'full', description: 'text' })
    expect(body[0]).not.toHaveProperty('meta')
    expect((await get('?offset=1&limit=1')).body).toHaveLength(1)
  })

  test('what does not exist is a 404, or a 400 where its repositories are asked for', async () => {
    expect(await getV2('nope')).toEqual(text(404, 'Project not found: nope'))
    expect(await get('/nope/repository')).toEqual(validation('Project not found: nope'))
    expect(await get('/nope/repository/repo')).toEqual(validation('Project not found: nope'))
    expect(await get('/closed/repository/nope')).toEqual(text(404, 'Repository not found: nope'))
    expect((await getV2('a%20b')).body[0].id).toBe('ProjectResourceV2.get.arg1')
  })

  test('damaged meta takes neither the project nor its repositories down', async () => {
    const { db } = server.services
    const { id } = (await post({ name: 'damaged', repositories: { repo: repository() } })).body
    await db.updateTable('projects').set({ meta: '{', cfg: '7' }).where('id', '=', id).execute()
    await db.updateTable('repositories').set({ meta: '{' }).where('projectId', '=', id).execute()
    const { body } = await get('/damaged')
    expect(body).not.toHaveProperty('meta')
    expect(body).not.toHaveProperty('cfg')
    expect(body.repositories.repo).not.toHaveProperty('meta')
  })
})

describe('updating', () => {
  test('changes what is sent, and sets rawPayloadMode to ORG_MEMBERS unless told', async () => {
    const { id } = (await post({ name: 'changing', description: 'old', visibility: 'PRIVATE' })).body
    expect((await post({ id, name: 'changed' })).body).toEqual({ ok: true, id, result: 'UPDATED' })
    expect((await getV2('changed')).body).toMatchObject({
      ...{ description: 'old', visibility: 'PRIVATE', rawPayloadMode: 'ORG_MEMBERS' },
    })
    await post({ name: 'changed', rawPayloadMode: 'OWNERS' })
    expect((await getV2('changed')).body.rawPayloadMode).toBe('OWNERS')
  })

  test('needs WRITER, which PUBLIC does not grant; another owner needs OWNER', async () => {
    await post({ name: 'guarded' })
    expect(await post({ name: 'guarded' }, member.key)).toEqual(denied('member', 'WRITER', 'guarded'))
    expect((await post({ name: 'guarded' }, writer.key)).status).toBe(200)
    expect(await post({ name: 'guarded', owner: { id: member.id } }, writer.key)).toEqual(
      denied('writer', 'OWNER', 'guarded'),
    )
    expect((await post({ name: 'guarded', owner: { id: member.id } })).status).toBe(200)
    expect((await post({ name: 'guarded' }, member.key)).status).toBe(200)
  })

  test('replaces all repositories where some are sent', async () => {
    await post({ name: 'replaced', repositories: { one: repository(), two: repository() } })
    await post({ name: 'replaced', repositories: { three: repository() } })
    expect(Object.keys((await get('/replaced')).body.repositories)).toEqual(['three'])
    await post({ name: 'replaced', description: 'no repositories sent' })
    expect(Object.keys((await get('/replaced')).body.repositories)).toEqual(['three'])
  })

  test('a move to another organization takes the secrets from its repositories, not the project from secrets', async () => {
    const { id } = (await post({ name: 'moving', repositories: { repo: repository({ secret: 'deploy-key' }) } })).body
    const linked = await givenSecret(server, org, 'linked', { projects: [{ id }] })
    expect((await post({ id, orgName: 'other' })).status).toBe(403)
    expect((await post({ id, orgName: 'other' }, ADMIN_KEY)).status).toBe(200)
    const moved = await seen(server.request('/api/v1/org/other/project/moving/repository/repo'))
    expect(moved.body).toMatchObject({ name: 'repo' })
    expect(moved.body).not.toHaveProperty('secretId')
    const links = await server.services.db
      .selectFrom('secretProjects')
      .selectAll()
      .where('projectId', '=', id)
      .execute()
    expect(links).toEqual([{ secretId: linked.id, projectId: id }])
  })

  test('onto a name that is taken is a 500, of an unknown id a 400', async () => {
    const { id } = (await post({ name: 'clashing' })).body
    expect((await post({ id, name: 'plain' })).body).toMatch(/^ERROR: org\.jooq\.exception\.Integrity/)
    const unknown = SEED.defaultTeam
    expect(await post({ id: unknown })).toEqual(validation(`Project not found: ${unknown}`))
  })
})

describe('one repository', () => {
  beforeAll(() => post({ name: 'home', visibility: 'PRIVATE' }))

  test('is added, changed by its name and deleted by those with WRITER', async () => {
    const save = (json: object, as = creator.key) => call('POST', '/home/repository', as, json)
    expect(await save(repository({ name: 'repo' }), member.key)).toEqual(denied('member', 'WRITER', 'home'))
    expect(await save(repository({ name: 'repo' }))).toEqual(ok({ ok: true, result: 'CREATED' }))
    const { id } = (await get('/home/repository/repo')).body
    await save(repository({ name: 'repo', branch: 'next', secretName: 'deploy-key' }))
    expect((await get('/home/repository/repo')).body).toMatchObject({ id, branch: 'next', secretId: secret.id })
    expect(await save({ ...repository({ name: 'renamed' }), id })).toEqual(ok({ ok: true, result: 'UPDATED' }))
    const remove = (as = creator.key) => call('DELETE', '/home/repository/renamed', as)
    expect(await remove(outsider.key)).toEqual(
      text(403, "The current user (outsider) doesn't belong to the specified organization: acme"),
    )
    expect(await remove()).toEqual(ok({ ok: true, result: 'DELETED' }))
    expect(await remove()).toEqual(validation('Repository not found: renamed'))
  })

  test('is found in the list by a part of its name in any case', async () => {
    await call('POST', '/home/repository', creator.key, repository({ name: 'web-app' }))
    await call('POST', '/home/repository', creator.key, repository({ name: 'backend' }))
    const names = async (query = '') => {
      const { body } = await get(`/home/repository${query}`)
      return body.map(({ name }: { name: string }) => name)
    }
    expect(await names()).toEqual(['backend', 'web-app'])
    expect(await names('?filter=WEB')).toEqual(['web-app'])
    expect(await names('?offset=1&limit=1')).toEqual(['web-app'])
  })
})

describe('team access', () => {
  beforeAll(() => post({ name: 'shared', visibility: 'PRIVATE' }))
  const grant = (path: string, json: unknown, as = creator.key) => call('POST', `/shared/access${path}`, as, json)

  test('is granted by OWNERs, to one team by id or name, and counts at once', async () => {
    expect(await grant('', { teamName: 'team', level: 'READER' }, member.key)).toEqual(
      denied('member', 'OWNER', 'shared'),
    )
    expect(await grant('', { teamName: 'team', level: 'READER' })).toEqual(ok({ ok: true, result: 'UPDATED' }))
    expect((await getV2('shared', member.key)).status).toBe(200)
    expect(await post({ name: 'shared' }, member.key)).toEqual(denied('member', 'WRITER', 'shared'))
    await grant('', { teamId: team.id, level: 'WRITER' })
    expect((await post({ name: 'shared' }, member.key)).status).toBe(200)
    expect(await get('/shared/access')).toEqual(
      ok([{ teamId: team.id, teamName: 'team', orgName: 'acme', level: 'WRITER' }]),
    )
  })

  test('is replaced as a whole by ids; a missing list is a 400', async () => {
    await grant('', { teamId: team.id, level: 'OWNER' })
    expect(await grant('/bulk', null)).toEqual(text(400, 'List of teams is null.'))
    expect((await grant('/bulk', [{ teamName: 'team', level: 'READER' }])).status).toBe(500)
    expect((await get('/shared/access')).body).toHaveLength(1)
    await grant('/bulk', [])
    expect((await get('/shared/access')).body).toEqual([])
  })

  test('to a team that cannot be found is a 500, without a level a 400', async () => {
    const illegal = 'ERROR: java.lang.IllegalArgumentException: '
    expect(await grant('', { teamName: 'nope', level: 'READER' })).toEqual(text(500, `${illegal}Team not found: nope`))
    expect(await grant('', { level: 'READER' })).toEqual(
      text(500, `${illegal}You must specify an organization and/or a team name.`),
    )
    expect(await grant('', { teamName: 'team' })).toEqual(
      validation('must not be null', 'ResourceAccessEntry.updateAccessLevel.arg2.level'),
    )
  })
})

test('deleting needs OWNER, and frees the secrets that were linked to the project', async () => {
  const { id } = (await post({ name: 'doomed' })).body
  const linked = await givenSecret(server, org, 'restricted', { projects: [{ id }] })
  expect(await call('DELETE', '/doomed', member.key)).toEqual(denied('member', 'OWNER', 'doomed'))
  expect(await call('DELETE', '/doomed', creator.key)).toEqual(ok({ ok: true, result: 'DELETED' }))
  expect(await call('DELETE', '/doomed', creator.key)).toEqual(text(404, 'Project not found: doomed'))
  const found = await seen(server.request(`/api/v2/org/acme/secret/${linked.name}`))
  expect(found.body.projects).toEqual([])
})

test('what happens to a project and its repositories is in the log of its organization', async () => {
  const { id } = (await post({ name: 'logged' })).body
  await call('POST', '/logged/repository', creator.key, repository({ name: 'repo' }))
  await call('POST', '/logged/access', creator.key, { teamId: team.id, level: 'READER' })
  await call('DELETE', '/logged', creator.key)
  const log = await seen(server.request('/api/v1/audit?object=PROJECT&username=creator&limit=4'))
  const common = { orgId: org.id, orgName: 'acme', projectId: id, name: 'logged' }
  expect(log.body).toMatchObject([
    { action: 'DELETE', details: common },
    {
      action: 'UPDATE',
      details: { projectId: id, access: { replace: false, teams: [{ id: team.id, level: 'READER' }] } },
    },
    { action: 'UPDATE', details: { ...common, changes: { new: { repositories: { repo: { name: 'repo' } } } } } },
    { action: 'CREATE', details: { ...common, changes: { new: { name: 'logged' } } } },
  ])
})

test('a change of the configuration is in the log, and nothing of what it holds', async () => {
  const { id } = (await post({ name: 'configured', cfg: { token: 'hunter2' } })).body
  const put = (path: string, json: unknown) => call('PUT', `/configured/cfg${path}`, creator.key, json)
  expect((await put('/token', 'hunter3')).status).toBe(200)
  expect((await call('DELETE', '/configured/cfg', creator.key)).status).toBe(200)
  expect((await put('', 'hunter4')).body[0].message).not.toContain('hunter4')
  const log = await seen(server.request('/api/v1/audit?object=PROJECT&username=creator&limit=3'))
  const details = { orgId: org.id, orgName: 'acme', projectId: id, name: 'configured' }
  expect(log.body).toMatchObject([
    { action: 'UPDATE', details: { ...details, changes: {} } },
    { action: 'UPDATE', details: { ...details, changes: {} } },
    { action: 'CREATE', details: { ...details, changes: { new: { name: 'configured' } } } },
  ])
  expect(JSON.stringify(log.body)).not.toContain('hunter')
})

test('a configuration cannot be nested deeper by several requests than by one', async () => {
  await post({ name: 'nested' })
  const levels = (count: number) => JSON.parse(`${'{"a":'.repeat(count)}1${'}'.repeat(count)}`)
  const put = (path: string, json: unknown) => call('PUT', `/nested/cfg${path}`, creator.key, json)
  expect((await put('', levels(900))).status).toBe(200)
  const answer = await put('/a'.repeat(900), levels(200))
  expect(answer).toEqual(
    text(500, expect.stringMatching(/StreamConstraintsException: Document nesting depth \(1001\)/)),
  )
  expect((await put('/a'.repeat(900), levels(100))).status).toBe(200)
  expect((await call('GET', '/nested/cfg', creator.key)).status).toBe(200)
})

test('projects of an organization that does not exist are a 400', async () => {
  expect(await seen(server.request('/api/v1/org/nope/project'))).toEqual(validation('Organization not found: nope'))
})

test('the list of projects reads no configuration and no meta: those of a long list are gigabytes', async () => {
  const server = await startTestServer()
  try {
    await server.request('/api/v1/org', { json: { name: 'listed' } })
    await server.request('/api/v1/org/listed/project', { json: { name: 'large', cfg: { a: 1 }, meta: { b: 2 } } })
    const read: object[] = []
    const spy: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        read.push(...(result.rows as object[]))
        return result
      },
    }
    const db = server.services.db.withPlugin(spy)
    const org = await db.selectFrom('orgs').selectAll().where('name', '=', 'listed').executeTakeFirstOrThrow()
    read.length = 0
    const who = { realm: 'apikey', user: undefined, roles: new Set(['concordAdmin']) } as const
    const page = { offset: 0, limit: undefined, filter: undefined }
    expect((await listProjects(db, who, org, page)).map(({ name }) => name)).toEqual(['large'])
    expect(read.length).toBeGreaterThan(0)
    for (const row of read) expect(Object.keys(row)).not.toEqual(expect.arrayContaining(['cfg']))
    for (const row of read) expect(Object.keys(row)).not.toEqual(expect.arrayContaining(['meta']))
  } finally {
    await server.close()
  }
})

describe('many repositories with much meta', () => {
  const names = Array.from({ length: 45 }, (_, i) => `repo-${String(i).padStart(2, '0')}`)
  const note = 'n'.repeat(60_000)
  const list = (query = '') => server.request(`${PROJECT}/many/repository${query}`, { as: creator.key })
  const namesOf = async (query: string) => ((await (await list(query)).json()) as { name: string }[]).map((r) => r.name)

  beforeAll(async () => {
    const small = Object.fromEntries(names.map((name) => [name, repository()]))
    expect((await post({ name: 'many', repositories: small })).status).toBe(200)
    const meta = JSON.stringify({ note })
    await server.services.db.updateTable('repositories').set({ meta }).where('name', 'in', names).execute()
  })

  test('are listed whole and in order, from any place', async () => {
    expect(await namesOf('')).toEqual(names)
    expect(await namesOf('?offset=3&limit=25')).toEqual(names.slice(3, 28))
    expect(await namesOf('?limit=20')).toEqual(names.slice(0, 20))
    expect(await namesOf('?offset=44')).toEqual(['repo-44'])
    expect(await namesOf('?offset=45')).toEqual([])
    expect(await namesOf('?filter=o-4')).toEqual(names.slice(40))
    const project = (await get('/many')).body
    expect(Object.keys(project.repositories)).toEqual(names)
    expect(project).toMatchObject({ name: 'many', repositories: { 'repo-44': { meta: { note } } } })
  })

  test.each(['/many/repository', '/many'])('are not in memory all at once: %s', async (path) => {
    const answer = await server.request(`${PROJECT}${path}`, { as: creator.key })
    const pieces: number[] = []
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece.length)
    expect(pieces.reduce((sum, length) => sum + length)).toBeGreaterThan(45 * note.length)
    expect(Math.max(...pieces)).toBeLessThan(20 * (note.length + 2_000))
  })

  test('are refused: what a list repeats for each entry is small, and so it is for organizations', async () => {
    const meta = { note: 'n'.repeat(64 * 1024) }
    const refused = (field: string) => validation(`'${field}' has 65547 bytes, at most 65536 are allowed`)
    expect(await call('POST', '/many/repository', creator.key, { name: 'large', ...repository({ meta }) })).toEqual(
      refused('meta'),
    )
    for (const field of ['meta', 'cfg']) {
      const json = { name: `large-${field}`, [field]: meta }
      expect(await seen(server.request('/api/v1/org', { as: ADMIN_KEY, json }))).toEqual(refused(field))
      const change = { id: org.id, [field]: meta }
      expect(await seen(server.request('/api/v1/org', { as: ADMIN_KEY, json: change }))).toEqual(refused(field))
    }
  })
})
