import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seen, text, validation } from '../../tests/support/secrets.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { listProjects } from './store.ts'

let server: TestServer
let creator: { id: string; key: string }
let org: { id: string; name: string }

beforeAll(async () => {
  server = await startTestServer()
  creator = await givenUser(server, 'creator')
  org = await givenOrg(server, 'acme')
  await givenTeam(server, org, 'team', [creator])
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

test('damaged meta breaks neither the project nor its repositories', async () => {
  const { db } = server.services
  const { id } = (await post({ name: 'damaged', repositories: { repo: repository() } })).body
  await db.updateTable('projects').set({ meta: '{', cfg: '7' }).where('id', '=', id).execute()
  await db.updateTable('repositories').set({ meta: '{' }).where('projectId', '=', id).execute()
  const { body } = await get('/damaged')
  expect(body).not.toHaveProperty('meta')
  expect(body).not.toHaveProperty('cfg')
  expect(body.repositories.repo).not.toHaveProperty('meta')
})

test('logs a change of the configuration without its content', async () => {
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

test('several requests cannot nest a configuration deeper than a single one', async () => {
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

test('the list of projects reads no configuration and no meta, which can be gigabytes', async () => {
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

  test('are listed completely and in order, from any offset', async () => {
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

  test.each(['/many/repository', '/many'])('are never all in memory: %s', async (path) => {
    const answer = await server.request(`${PROJECT}${path}`, { as: creator.key })
    const pieces: number[] = []
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece.length)
    expect(pieces.reduce((sum, length) => sum + length)).toBeGreaterThan(45 * note.length)
    expect(Math.max(...pieces)).toBeLessThan(20 * (note.length + 2_000))
  })

  test('are rejected, because lists include them in each entry; also for organizations', async () => {
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
