import { createQueryId, type KyselyPlugin, type RootOperationNode, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { empty, seen, validation } from '../../tests/support/secrets.ts'
import { longestStandstill } from '../../tests/support/standstill.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import type { OrgRow } from '../db/schema.ts'
import { newId } from '../ids.ts'
import type { Principal } from '../principal.ts'
import { countSecrets, FACETS, type SecretSearch, type SecretSort, SORTS, searchSecrets } from './search.ts'

/** More than two slices. */
const SECRETS = 1_700
const MANY = 25_000

let server: TestServer
let org: OrgRow
let many: OrgRow
/** By what they are, with their API keys. */
let people: Record<string, string>

beforeAll(async () => {
  server = await startTestServer()
  const owner = await givenUser(server, 'owner')
  const member = await givenUser(server, 'member')
  const outsider = await givenUser(server, 'outsider')
  const leaver = await givenUser(server, 'leaver')
  const auditor = await givenUser(server, 'auditor', 'concordSystemReader')
  org = await givenOrg(server, 'acme', owner)
  many = await givenOrg(server, 'many')
  await givenTeam(server, org, 'team', [member])
  people = Object.fromEntries([owner, member, outsider, leaver, auditor].map(({ username, key }) => [username, key]))
  people.admin = ADMIN_KEY
  const projects = [await givenProject(server, org, 'storefront'), await givenProject(server, org, 'backend')]
  await insertSecrets(org, SECRETS, [owner.id, leaver.id])
  await insertSecrets(many, MANY, [owner.id])
  for (const { id } of projects) {
    await sql`INSERT INTO secretProjects SELECT id, ${id} FROM secrets WHERE orgId = ${org.id} AND unicode(id) % 4 = 1`.execute(
      server.services.db,
    )
  }
})
afterAll(() => server.close())

/** In no order, with every combination of facets, and many of the same age. */
async function insertSecrets({ id }: OrgRow, count: number, owners: string[]) {
  await sql`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO secrets (id, orgId, name, ownerId, type, storeType, encryptedBy, visibility, createdAt, lastUpdatedAt)
    SELECT lower(hex(randomblob(16))), ${id}, printf('%s-%05d', CASE i % 3 WHEN 0 THEN 'git' WHEN 1 THEN 'Git' ELSE 'db_x' END, (i * 7919) % ${count}),
      CASE i % 5 WHEN 0 THEN ${owners.at(-1)} WHEN 1 THEN NULL ELSE ${owners[0]} END,
      CASE i % 7 WHEN 0 THEN 'KEY_PAIR' WHEN 1 THEN 'USERNAME_PASSWORD' ELSE 'DATA' END, 'concord',
      CASE WHEN i % 11 < 2 THEN 'PASSWORD' ELSE 'SERVER_KEY' END, CASE WHEN i % 13 < 4 THEN 'PUBLIC' ELSE 'PRIVATE' END,
      strftime('%Y-%m-%dT%H:%M:%fZ', 1767225600 + i % 40, 'unixepoch'),
      CASE WHEN i % 17 = 0 THEN strftime('%Y-%m-%dT%H:%M:%fZ', 1777225600 + i % 4, 'unixepoch') END
    FROM n`.execute(server.services.db)
}

const path = (asked: object, name = 'acme') =>
  `/api/x/v1/org/${name}/secrets?${new URLSearchParams(Object.entries(asked).map(([key, value]) => [key, `${value}`] as [string, string]))}`
const search = (asked: object, as = ADMIN_KEY) => seen(server.request(path(asked), { as }))

interface Listed {
  id: string
  name: string
  type: string
  visibility: string
  encryptedBy: string
  createdAt: string
  lastUpdatedAt?: string
  owner?: object
  projects: { name: string }[]
}
type Asked = Partial<Record<keyof typeof FACETS, string>> & {
  filter?: string
  sort?: string
  offset?: number
  limit?: number
}

const VALUE_OF = {
  type: ({ type }: Listed) => type,
  visibility: ({ visibility }: Listed) => visibility,
  scope: ({ projects }: Listed) => (projects.length > 0 ? 'some' : 'all'),
  protection: ({ encryptedBy }: Listed) => encryptedBy,
}
const NAMES = Object.keys(VALUE_OF) as (keyof typeof VALUE_OF)[]

/** The same from the whole list of Concord's API, as the console does it on a plain Concord. */
function expected(list: Listed[], { filter = '', sort = 'name', offset = 0, limit = 50, ...chosen }: Asked) {
  const named = list.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()))
  const fits = (chosen: Asked) => (secret: Listed) =>
    NAMES.every((facet) => chosen[facet] === undefined || chosen[facet] === VALUE_OF[facet](secret))
  const found = inOrder(named.filter(fits(chosen)), sort)
  const counts = NAMES.map((facet) => [
    facet,
    Object.fromEntries(FACETS[facet].map((value) => [value, named.filter(fits({ ...chosen, [facet]: value })).length])),
  ])
  return {
    secrets: found.slice(offset, offset + limit).map(({ id, name, type, visibility, encryptedBy, ...rest }) => ({
      ...{ id, name, type, visibility, encryptedBy, createdAt: rest.createdAt },
      ...(rest.lastUpdatedAt && { lastUpdatedAt: rest.lastUpdatedAt }),
      ...(rest.owner && { owner: rest.owner }),
      projects: rest.projects.map(({ name }) => name),
    })),
    hasMore: limit > 0 && found.length > offset + limit,
    counts: { total: list.length, matching: found.length, ...Object.fromEntries(counts) },
  }
}

function inOrder(list: Listed[], sort: string) {
  const byName = list.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  if (sort.endsWith('name')) return sort === 'name' ? byName : byName.toReversed()
  const since = ({ lastUpdatedAt, createdAt }: Listed) => Date.parse(lastUpdatedAt ?? createdAt)
  const rank = ({ type }: Listed) => (FACETS.type as readonly string[]).indexOf(type)
  const compare = sort.endsWith('age')
    ? (a: Listed, b: Listed) => since(b) - since(a)
    : (a: Listed, b: Listed) => rank(a) - rank(b)
  return byName.toSorted(sort.startsWith('-') ? (a, b) => compare(b, a) : compare)
}

/** Random numbers from a fixed seed. */
function dice(seed: number) {
  let state = seed
  return (sides: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * sides)
  }
}

test.each(['admin', 'owner', 'member', 'outsider', 'leaver', 'auditor'])(
  'shows %s the rows of Concord’s list, in every order, filtered and counted',
  async (who) => {
    const as = people[who]
    const { body: list } = await seen(server.request('/api/v2/org/acme/secret', as === undefined ? {} : { as }))
    const isOutside = ['outsider', 'leaver'].includes(who)
    expect(list.length < SECRETS).toBe(isOutside)
    const roll = dice(who.length * 1_000 + who.charCodeAt(0))
    const pick = <T>(values: readonly T[]) => values[roll(values.length)]
    for (let i = 0; i < 3 * SORTS.length; i++) {
      const asked: Asked = { sort: SORTS[i % SORTS.length] ?? 'name' }
      if (roll(2)) asked.filter = pick(['git', 'GIT', '-00', '_', '9', 'db_x-01', 'none', '*', '[g', '%', ' ']) ?? ''
      for (const facet of NAMES) if (!roll(3)) asked[facet] = pick(FACETS[facet]) ?? ''
      if (roll(2)) asked.offset = roll(roll(2) ? 30 : list.length + 10)
      if (roll(2)) asked.limit = roll(101)
      const { status, body } = await search({ ...asked, counts: true }, as)
      expect({ asked, status, body }).toEqual({ asked, status: 200, body: expected(list, asked) })
    }
  },
)

describe('the answer', () => {
  test('has 50 secrets by name, and no counts, unless asked for', async () => {
    const { body } = await search({})
    expect(Object.keys(body)).toEqual(['secrets', 'hasMore'])
    expect(body.secrets.map(({ name }: Listed) => name)).toEqual(
      (await seen(server.request('/api/v2/org/acme/secret?limit=50'))).body.map(({ name }: Listed) => name),
    )
    expect((await search({ limit: 0, counts: 'TRUE' })).body).toMatchObject({ secrets: [], counts: { total: SECRETS } })
  })

  test('is a 400 or 404 for what it does not have, as for Concord’s list', async () => {
    const between = validation("'limit' must be between 0 and 100")
    expect(await search({ limit: 101 })).toEqual(between)
    expect(await search({ limit: -1 })).toEqual(between)
    expect(await search({ offset: -1 })).toEqual(validation("'offset' must not be negative"))
    for (const wrong of [{ type: 'CAT' }, { sort: 'owner' }, { scope: 'none' }, { offset: 'x' }]) {
      expect(await search(wrong)).toEqual(empty(404))
    }
    expect(await seen(server.request(path({}, 'missing')))).toEqual(
      await seen(server.request('/api/v2/org/missing/secret')),
    )
    expect((await server.request(path({}), { as: '' })).status).toBe(401)
    expect(await search({ offset: 2_147_483_647, sort: 'age' })).toMatchObject({
      body: { secrets: [], hasMore: false },
    })
  })
})

const ADMIN = { user: { id: newId() }, roles: new Set(['concordAdmin']) } as unknown as Principal
const STRANGER = { user: { id: newId() }, roles: new Set() } as unknown as Principal
const NOTHING: SecretSearch = { filter: 'nothing-has-this', sort: 'name', offset: 0, limit: 50 }

describe('does not block others', () => {
  test.each<[string, SecretSearch]>([
    ['a filter that nothing fits', NOTHING],
    ['the last page', { sort: 'name', offset: MANY - 10, limit: 100 }],
    ['the last page by age', { sort: '-age', offset: MANY - 10, limit: 100 }],
    ['what nothing fits by type', { ...NOTHING, sort: 'type', scope: 'some' }],
  ])('%s, and counting it, four times at once', async (_, asked) => {
    const { db } = server.services
    const read = () =>
      Promise.all([searchSecrets(db, STRANGER, many, asked), countSecrets(db, ADMIN, many, asked)] as const)
    expect(await longestStandstill(() => Promise.all([read(), read(), read(), read()]))).toBeLessThan(100)
  })

  test('ends when the client has gone', async () => {
    const statements = await noted((db) => searchSecrets(db, ADMIN, many, NOTHING, () => AbortSignal.abort()))
    expect(statements.length).toBeLessThan(4)
  })
})

test('every search reads slices of an index, and no more for a page of a longer list', async () => {
  const searches = SORTS.flatMap((sort) =>
    [{}, { filter: 'git' }, { type: 'DATA', scope: 'some' }, { scope: 'all', visibility: 'PRIVATE' }].flatMap((more) =>
      [0, 1_200].map((offset) => ({ sort, offset, limit: 10, ...more }) as SecretSearch),
    ),
  )
  const plans = new Map<string, string[]>()
  const note = async (run: Parameters<typeof noted>[0]) => {
    for (const query of await noted(run)) if (!plans.has(query.sql)) plans.set(query.sql, await explain(query))
  }
  for (const who of [ADMIN, STRANGER]) {
    for (const asked of searches) await note((db) => searchSecrets(db, who, org, asked))
    for (const filter of [undefined, 'git']) await note((db) => countSecrets(db, who, org, { filter }))
  }
  const slices = [...plans].filter(([text]) => /FROM "?secrets/.test(text))
  expect(slices.length).toBeGreaterThan(50)
  for (const [text, plan] of slices) {
    const [first] = plan.filter((line) => line.includes('secrets USING'))
    expect(first, text).toMatch(
      /^SEARCH secrets USING (COVERING INDEX secretsListed|(COVERING )?INDEX secretsByAge) \(orgId=\?/,
    )
    expect(
      plan.some((line) => line.startsWith('SCAN')),
      `${text} → ${plan.join('; ')}`,
    ).toBe(false)
  }
  const page = async (of: OrgRow, sort: SecretSort) => {
    const queries = await noted((db) => searchSecrets(db, ADMIN, of, { sort, offset: 0, limit: 100 }))
    return queries.map((query) => query.sql).filter((text) => !text.includes('from "users"'))
  }
  for (const sort of SORTS) expect(await page(many, sort)).toEqual(await page(org, sort))
})

/** The statements of a search, compiled. */
async function noted(run: (db: TestServer['services']['db']) => Promise<unknown>) {
  const { db } = server.services
  const nodes: RootOperationNode[] = []
  const noting: KyselyPlugin = {
    transformQuery({ node }) {
      nodes.push(node)
      return node
    },
    transformResult: async ({ result }) => result,
  }
  await run(db.withPlugin(noting))
  return nodes.map((node) => db.getExecutor().compileQuery(node, createQueryId()))
}

async function explain({ sql: text, parameters }: { sql: string; parameters: readonly unknown[] }) {
  const { rows } = await server.services.db.executeQuery<{ detail: string }>({
    ...sql`SELECT 1`.compile(server.services.db),
    ...{ sql: `EXPLAIN QUERY PLAN ${text}`, parameters },
  })
  return rows.map(({ detail }) => detail)
}
