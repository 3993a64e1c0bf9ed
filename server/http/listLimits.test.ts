import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { givenSecret, seen, validation } from '../../tests/support/secrets.ts'
import { statementsOf } from '../../tests/support/statements.ts'
import {
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'
import type { Env } from './call.ts'
import { map, text } from './jackson.ts'
import { listOf, MAX_ENTRIES, MAX_LINKS, mapOf } from './listLimits.ts'
import { operation, resource } from './operation.ts'

let server: TestServer
let member: { id: string; username: string; key: string }
let org: { id: string; name: string }
let team: { id: string; name: string }
let projects: { id: string; name: string }[]
let users: { id: string; username: string }[]

beforeAll(async () => {
  server = await startTestServer()
  member = await givenUser(server, 'member')
  org = await givenOrg(server, 'acme', member)
  team = await givenTeam(server, org, 'team', [member], 'OWNER')
  projects = await Promise.all(Array.from({ length: MAX_LINKS }, (_, i) => givenProject(server, org, `project-${i}`)))
  users = await Promise.all(Array.from({ length: 30 }, (_, i) => givenUser(server, `user-${i}`)))
})
afterAll(() => server.close())

const SECRET = '/api/v1/org/acme/secret'
const send = (path: string, json: unknown, method = 'POST') =>
  seen(server.request(path, { as: member.key, method, json }))
const form = (path: string, fields: Record<string, string>) =>
  seen(server.request(path, { as: member.key, form: fields }))
const newSecret = (name: string, more: Record<string, string>) =>
  form(SECRET, { name, type: 'DATA', data: 'value', ...more })
const tooMany = (name: string, most: number) =>
  validation(`${name ? `'${name}'` : 'The list'} has too many entries: at most ${most} are allowed.`)
const times = <T>(n: number, item: (i: number) => T) => Array.from({ length: n }, (_, i) => item(i))

/** Measures the CPU time of some work, in milliseconds, and its number of statements. */
async function costOf(work: () => Promise<unknown>) {
  const before = process.cpuUsage()
  const statements = (await statementsOf(server.services.db, work)).length
  const { user, system } = process.cpuUsage(before)
  return { ms: (user + system) / 1000, statements }
}

describe('attacks with a single request', () => {
  /** The response to each, and its cost: a few statements for authentication, and almost no time. */
  async function expectRefusal(attack: () => Promise<unknown>, refusal: unknown) {
    let answer: unknown
    const { ms, statements } = await costOf(async () => {
      answer = await attack()
    })
    expect(answer).toEqual(refusal)
    expect(statements).toBeLessThan(20)
    expect(ms).toBeLessThan(1_000)
  }

  test('200 kB of the same project name', () =>
    expectRefusal(() => newSecret('attack', { projects: 'a,'.repeat(100_000) }), tooMany('projects', MAX_LINKS)))

  test('55,000 times the same project id, on creation and on update', async () => {
    await givenSecret(server, org, 'updated', { ownerId: member.id })
    const projectIds = times(55_000, () => projects[0]?.id).join()
    const refusal = tooMany('projectIds', MAX_LINKS)
    await expectRefusal(() => newSecret('attack', { projectIds }), refusal)
    await expectRefusal(() => form('/api/v2/org/acme/secret/updated', { projectIds }), refusal)
  })

  test('500,000 names to remove from a team', () =>
    expectRefusal(
      () =>
        send(
          `/api/v1/org/acme/team/team/users`,
          times(500_000, () => 'a'),
          'DELETE',
        ),
      tooMany('', MAX_ENTRIES),
    ))

  test('28,000 grants, which would be 28,000 violations', async () => {
    await givenSecret(server, org, 'granted', { ownerId: member.id })
    const entries = times(28_000, () => ({ teamId: team.id, level: 'READER' }))
    for (const path of [`${SECRET}/granted/access/bulk`, '/api/v1/org/acme/project/project-0/access/bulk']) {
      await expectRefusal(() => send(path, entries), tooMany('', MAX_ENTRIES))
      await expectRefusal(
        () =>
          send(
            path,
            times(90_000, () => ({})),
          ),
        tooMany('', MAX_ENTRIES),
      )
    }
  })

  test('a project with 20,000 repositories', () => {
    const repositories = Object.fromEntries(times(20_000, (i) => [`repo-${i}`, { url: 'https://git.invalid/x' }]))
    return expectRefusal(
      () => send('/api/v1/org/acme/project', { name: 'attack', repositories }),
      tooMany('repositories', MAX_ENTRIES),
    )
  })
})

describe('a list of maximum length takes', () => {
  test('no more statements than a short one when a secret is created', async () => {
    const create = (name: string, some: typeof projects, field: 'name' | 'id') =>
      costOf(async () => {
        const list = some.map((project) => project[field]).join()
        const answer = await newSecret(name, field === 'id' ? { projectIds: list } : { projects: list })
        expect(answer.status).toBe(200)
      })
    for (const field of ['name', 'id'] as const) {
      const few = await create(`few-by-${field}`, projects.slice(0, 3), field)
      const many = await create(`many-by-${field}`, projects, field)
      expect(many.statements).toBe(few.statements)
    }
    const links = await server.services.db.selectFrom('secretProjects').select('projectId').execute()
    expect(links).toHaveLength(2 * (3 + MAX_LINKS))
  })

  test('nor when its projects change', async () => {
    await givenSecret(server, org, 'linked', { ownerId: member.id })
    const link = (some: typeof projects) =>
      costOf(async () => {
        const projectIds = some.map(({ id }) => id).join()
        expect((await form('/api/v2/org/acme/secret/linked', { projectIds })).status).toBe(200)
      })
    await link(projects.slice(0, 1))
    const few = await link(projects.slice(0, 3))
    expect((await link(projects)).statements).toBe(few.statements)
  })

  test.each([
    ['members are added', 'PUT', '/team/team/users', () => users.map(({ username }) => ({ username }))],
    ['members are removed', 'DELETE', '/team/team/users', () => users.map(({ username }) => username)],
    [
      'groups are added',
      'PUT',
      '/team/team/ldapGroups',
      () => times(1000, (i) => ({ group: `g${i}`, role: 'MEMBER' })),
    ],
    ['access is granted', 'POST', '/secret/granted/access/bulk', () => grants(1000)],
    ['access is granted', 'POST', '/project/project-0/access/bulk', () => grants(1000)],
  ])('nor when %s: %s …%s', async (_, method, path, list) => {
    const change = (entries: unknown[]) =>
      costOf(async () => {
        expect((await send(`/api/v1/org/acme${path}`, entries, method)).status).toBe(200)
      })
    const few = await change(list().slice(0, 3))
    expect((await change(list())).statements).toBe(few.statements)
  })

  const grants = (n: number) => times(n, () => ({ teamId: team.id, level: 'WRITER' }))

  test('nor when a project gets its repositories, each with a secret', async () => {
    await givenSecret(server, org, 'deploy-key', { ownerId: member.id })
    const create = (name: string, n: number) =>
      costOf(async () => {
        const entry = { url: 'https://git.invalid/x', branch: 'main', secretName: 'deploy-key' }
        const repositories = Object.fromEntries(times(n, (i) => [`repo-${i}`, entry]))
        const answer = await send('/api/v1/org/acme/project', { name, repositories })
        expect(answer.status).toBe(200)
      })
    const few = await create('few', 3)
    expect((await create('many', 1000)).statements).toBe(few.statements)
  })
})

describe('reports the first error', () => {
  test('for projects by name and by id', async () => {
    expect(await newSecret('order', { projects: 'project-1,zz,aa,project-2' })).toEqual(
      validation('Project not found: zz'),
    )
    const other = await givenOrg(server, 'other')
    const foreign = await givenProject(server, other, 'foreign')
    const hidden = await givenProject(server, other, 'hidden', 'PRIVATE')
    await givenSecret(server, org, 'order', { ownerId: member.id })
    const missing = newId()
    const link = (...ids: (string | undefined)[]) =>
      form('/api/v2/org/acme/secret/order', { projectIds: [projects[0]?.id, ...ids].join() })
    expect(await link(missing, hidden.id)).toEqual(validation(`Project not found: ${missing}`))
    expect((await link(hidden.id, missing)).status).toBe(403)
    expect(await link(foreign.id, hidden.id)).toMatchObject({ status: 403 })
  })

  test('for users, ignoring the case of their names', async () => {
    const put = (...names: string[]) =>
      send(
        '/api/v1/org/acme/team/team/users',
        names.map((username) => ({ username })),
        'PUT',
      )
    expect((await put('USER-1', 'user-1')).status).toBe(200)
    expect(await put('user-1', 'zz', 'aa')).toMatchObject({ status: 500, body: 'User not found: zz' })
  })

  test('for grants: a team that does not exist before a missing one, or after it', async () => {
    await givenSecret(server, org, 'grants', { ownerId: member.id })
    const grant = async (...teamIds: (string | null)[]) => {
      const entries = teamIds.map((teamId) => ({ teamId, level: 'READER' }))
      return (await send(`${SECRET}/grants/access/bulk`, entries)).body
    }
    expect(await grant(team.id, newId(), null)).toMatch('a constraint of the database is violated')
    expect(await grant(team.id, null, newId())).toMatch('null value in column "team_id"')
  })

  test('for repositories: a name that is taken before a secret that does not exist, or after it', async () => {
    const create = (name: string, repositories: object) => send('/api/v1/org/acme/project', { name, repositories })
    const entry = { url: 'https://git.invalid/x', branch: 'main' }
    const taken = { aaa: entry, bbb: { ...entry, name: 'aaa' } }
    const lost = { ccc: { ...entry, secretName: 'no-such-secret' } }
    expect((await create('taken-first', { ...taken, ...lost })).status).toBe(500)
    expect((await create('lost-first', { ...lost, ...taken })).status).toBe(404)
  })
})

describe('an operation can be declared', () => {
  const declare = (body: z.ZodType) => () =>
    resource(new Hono<Env>(), '/x', { POST: operation({ summary: 'x', body }, (_, input) => input.body) })

  test.each([
    ['a list', z.array(text)],
    ['a map', z.record(z.string(), text)],
    ['a list in a field', z.object({ names: z.array(text).nullish() })],
    ['a list in a list', listOf(z.array(text))],
    ['a list in a map', mapOf(z.object({ names: z.array(text) }))],
    ['a list in a choice', z.union([text, z.array(text)])],
    ['a list with a transform', z.array(text).transform(String)],
    ['an unsupported kind of type', z.object({ pair: z.set(text) })],
  ])('not with %s without a limit', (_, body) => {
    expect(declare(body)).toThrow(/without a limit|have no limit/)
  })

  test('with limits, and with maps of arbitrary content', () => {
    const body = z.object({
      meta: map.nullish(),
      names: listOf(text, 3).nullish(),
      by: mapOf(z.object({ inner: listOf(text) })).nullish(),
    })
    expect(declare(body)).not.toThrow()
  })
})
