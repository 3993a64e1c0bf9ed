import { createQueryId, type KyselyPlugin, type RootOperationNode, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seen } from '../../tests/support/secrets.ts'
import { longestStandstill } from '../../tests/support/standstill.ts'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'
import { type AuditFilter, ENTRIES_PER_SLICE, MAX_ENTRIES, readAudit } from './list.ts'

const ENTRIES = 25_000
const ORG = newId()
const OTHER = newId()
const USER = newId()
const EVERYTHING: AuditFilter = {
  ...{ object: undefined, action: undefined, userId: undefined, own: 'with' },
  ...{ after: undefined, before: undefined, details: {}, offset: 0, limit: 2_000_000_000 },
}

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  // All of one organization and type, each with every other searchable field.
  await sql`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ENTRIES})
    INSERT INTO auditLog (entryDate, userId, object, action, details)
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 1767225600 + i, 'unixepoch'), ${USER}, 'SECRET', 'ACCESS', json_object(
      'orgId', ${ORG}, 'secretId', ${ORG}, 'projectId', ${ORG}, 'teamId', ${ORG}, 'i', i, 'requestId', hex(randomblob(16)))
    FROM n`.execute(server.services.db)
})
afterAll(() => server.close())

const numbers = (entries: { details?: { i?: number } }[]) => entries.map(({ details }) => details?.i)
/** Each request also has its own entry, which is not about a secret. */
const audit = (query: string) => seen(server.request(`/api/v1/audit?object=SECRET&${query}`))

test('a response has at most 10,000 entries, and offset returns the rest', async () => {
  const downFrom = (i: number) => Array.from({ length: MAX_ENTRIES }, (_, index) => i - index)
  const { status, body } = await audit('limit=2000000000')
  expect(status).toBe(200)
  expect(numbers(body)).toEqual(downFrom(ENTRIES))
  expect(numbers((await audit('limit=2000000000&offset=12345')).body)).toEqual(downFrom(ENTRIES - 12_345))
  expect(numbers((await audit(`limit=3&offset=${ENTRIES - 2}`)).body)).toEqual([2, 1])
  expect((await audit(`offset=${ENTRIES}`)).body).toEqual([])
  expect((await audit('offset=2147483647&action=ACCESS')).body).toEqual([])
})

test('pages and offsets count the entries that match all filters', async () => {
  const after = (i: number) => encodeURIComponent(new Date((1767225600 + i) * 1000).toISOString())
  const query = `action=ACCESS&after=${after(5)}&before=${after(ENTRIES - 5)}`
  expect(numbers((await audit(`${query}&limit=2&offset=${ENTRIES_PER_SLICE}`)).body)).toEqual([
    ENTRIES - 6 - ENTRIES_PER_SLICE,
    ENTRIES - 7 - ENTRIES_PER_SLICE,
  ])
  expect(numbers((await audit(`${query}&limit=5&offset=${ENTRIES - 13}`)).body)).toEqual([8, 7, 6].slice(1))
})

test('excludes entries that are added while the response is being read', async () => {
  const { db } = server.services
  const pages = readAudit(db, { ...EVERYTHING, limit: MAX_ENTRIES })
  const first = await pages.next()
  const row = { entryDate: '2026-06-01T00:00:00.000Z', userId: null, object: 'ROLE', action: 'CREATE', details: '{}' }
  const { seq } = await db.insertInto('auditLog').values(row).returning('seq').executeTakeFirstOrThrow()
  const entries = [...(first.value ?? [])]
  for await (const page of pages) entries.push(...page)
  await db.deleteFrom('auditLog').where('seq', '=', seq).execute()
  expect(entries.map(({ object }) => object)).not.toContain('ROLE')
  expect(entries).toHaveLength(MAX_ENTRIES)
})

describe('does not block others', () => {
  const READERS = 4
  test.each([
    ['the largest answer', {}],
    ['the deepest page', { offset: 2_000_000_000 }],
    ['what nothing fits, in the whole log', { action: 'DELETE' }],
    ['what nothing fits, in an organization', { action: 'DELETE', details: { orgId: ORG } }],
    ['what nothing fits of two', { details: { secretId: ORG, teamId: OTHER } }],
  ] as [string, Partial<AuditFilter>][])('%s, four times at once', async (_, filter) => {
    const read = async () => {
      for await (const page of readAudit(server.services.db, { ...EVERYTHING, ...filter })) JSON.stringify(page)
    }
    expect(await longestStandstill(() => Promise.all(Array.from({ length: READERS }, read)))).toBeLessThan(100)
  })
})

test('every combination of filters uses an index, in slices', async () => {
  const { db } = server.services
  // The plans are the same in a short log.
  await sql`DELETE FROM auditLog WHERE seq <= (SELECT max(seq) FROM auditLog) - ${ENTRIES_PER_SLICE + 10}`.execute(db)
  let nodes: RootOperationNode[] = []
  const noting: KyselyPlugin = {
    transformQuery({ node }) {
      nodes.push(node)
      return node
    },
    transformResult: async ({ result }) => result,
  }
  const given: [string, Partial<AuditFilter>][] = [
    ['object', { object: 'SECRET' }],
    ['action', { action: 'ACCESS' }],
    ['user', { userId: USER }],
    ['after', { after: '2026-01-01T00:00:30.000Z' }],
    ['before', { before: '2027-01-01T00:00:00.000Z' }],
    ...(['orgId', 'projectId', 'secretId', 'teamId'] as const).map((path): [string, Partial<AuditFilter>] => [
      path,
      { details: { [path]: ORG } },
    ]),
  ]
  const statements = new Set<string>()
  const owns = [undefined, 'with', 'sign-in'] as const
  for (let combination = 0; combination < owns.length * 2 ** given.length; combination++) {
    const own = owns[combination >> given.length]
    const filter: AuditFilter = { ...EVERYTHING, own, details: {}, limit: 3, offset: ENTRIES_PER_SLICE }
    for (const [index, [, each]] of given.entries()) {
      if (combination & (2 ** index)) Object.assign(filter, each, { details: { ...filter.details, ...each.details } })
    }
    nodes = []
    // One slice to skip, and one to read: all are alike.
    await readAudit(db.withPlugin(noting), filter).next()
    for (const node of nodes) {
      const query = db.getExecutor().compileQuery(node, createQueryId())
      if (!query.sql.includes('auditLog') || statements.has(query.sql)) continue
      const plan = await explain(query.sql, query.parameters)
      const what = `${JSON.stringify(filter)}: ${query.sql} → ${plan.join('; ')}`
      expect(
        plan.every((line) => /^(SEARCH|LIST SUBQUERY)/.test(line)),
        what,
      ).toBe(true)
      statements.add(query.sql)
    }
  }
  expect(statements.size).toBeGreaterThan(2 ** given.length)
  // And each is limited: to a number of index entries, or the rows of a slice.
  const endless = [...statements].filter((text) => !/LIMIT 1 OFFSET|seq >= \?|max\("seq"\)|"seq" in \(/.test(text))
  expect(endless).toEqual([])

  async function explain(text: string, parameters: readonly unknown[]) {
    const { rows } = await db.executeQuery<{ detail: string }>({
      ...sql`SELECT 1`.compile(db),
      ...{ sql: `EXPLAIN QUERY PLAN ${text}`, parameters },
    })
    return rows.map(({ detail }) => detail)
  }
})
