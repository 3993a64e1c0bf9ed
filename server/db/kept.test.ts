import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import { statementsOf } from '../../tests/support/statements.ts'
import { givenOrg, givenTeam, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { endpointsOf } from '../http/operation.ts'
import { Kept, LEAVING, tableWrittenBy } from './kept.ts'

describe('what is kept', () => {
  const people = () => {
    const kept = new Kept<string>(LEAVING.people)
    kept.keep('name', 'found', 10)
    return kept
  }

  test.each(LEAVING.people)('stays after a write to %s', (table) => {
    const kept = people()
    const { version } = kept
    kept.wrote(table)
    expect([kept.find('name'), kept.version]).toEqual(['found', version])
  })

  test.each(['users', 'sessions', 'secretsOfOthers', undefined])('ends with a write to %s', (table) => {
    const kept = people()
    const { version } = kept
    kept.wrote(table)
    expect(kept.find('name')).toBeUndefined()
    expect(kept.version).not.toBe(version)
  })

  test('is limited', () => {
    const kept = new Kept<string>([])
    kept.keep('large', 'x', 1_000_001)
    expect(kept.find('large')).toBeUndefined()
    for (let i = 0; i < 10_000; i++) kept.keep(`name-${i}`, 'x', 10_000)
    const left = Array.from({ length: 10_000 }, (_, i) => kept.find(`name-${i}`)).filter((found) => found === 'x')
    expect(left.length).toBeGreaterThan(0)
    expect(left.length).toBeLessThanOrEqual(400)
  })
})

test.each([
  ['insert into "auditLog" ("entryDate") values (?)', 'auditLog'],
  ['update "sessions" set "lastUsedAt" = ?', 'sessions'],
  ['delete from "secrets" where "id" = ?', 'secrets'],
  ['WITH gone AS (SELECT 1) DELETE FROM users', undefined],
  ['insert or replace into "auditLog" values (?)', undefined],
])('the table of %s is %s', (text, table) => {
  expect(tableWrittenBy(text)).toBe(table)
})

describe('nothing that is kept reads what may change', () => {
  let server: TestServer
  let cookie: string
  let key: string
  beforeAll(async () => {
    server = await startTestServer()
    const user = await givenUser(server, 'member')
    key = user.key
    const org = await givenOrg(server, 'acme')
    await givenTeam(server, org, 'team', [user], 'OWNER')
    await givenSecret(server, org, 'key-1')
    const headers = { 'X-Concord-EnableSession': 'true' }
    const signedIn = await server.request('/api/service/console/whoami', { as: key, headers })
    cookie = (signedIn.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
  })
  afterAll(() => server.close())

  /** The tables that the statements name. */
  const tablesIn = (all: string[], statements: Iterable<string>) =>
    all.filter((table) => [...statements].some((text) => new RegExp(`\\b${table}\\b`).test(text)))

  /** Whether writes to the given tables change a table: those, and what their triggers and foreign keys change. */
  async function changedWith(tables: readonly string[]) {
    const { db } = server.services
    const changed = new Set<string>(tables)
    const { rows: triggers } = await sql<{ on: string; sql: string }>`
      SELECT tbl_name AS "on", sql FROM sqlite_schema WHERE type = 'trigger'`.execute(db)
    const { rows: keys } = await sql<{ of: string; to: string }>`
      SELECT s.name AS "of", f."table" AS "to" FROM sqlite_schema s, pragma_foreign_key_list(s.name) f
      WHERE s.type = 'table'`.execute(db)
    for (let before = 0; before < changed.size; ) {
      before = changed.size
      for (const { of, to } of keys) if (changed.has(to)) changed.add(of)
      for (const trigger of triggers) {
        if (!changed.has(trigger.on)) continue
        for (const [, table = ''] of trigger.sql.matchAll(/\b(?:INTO|UPDATE|FROM)\s+"?(\w+)/gi)) changed.add(table)
      }
    }
    return (table: string) => changed.has(table)
  }

  const kept = () => endpointsOf(server.app).filter((endpoint) => endpoint.isKept)
  const send = (route: string, as = '') => {
    const path = route.replace(':orgName', 'acme').replace(':secretName', 'key-1')
    return server.request(path, as ? { as } : { as, headers: { Cookie: cookie } })
  }

  test('of people and of answers', async () => {
    const recalled = new Set<string>()
    const asked = new Set<string>()
    const keep = vi.spyOn(Kept.prototype, 'keep')
    for (const { route } of kept()) {
      for (const as of ['', key]) {
        const statements = await statementsOf(server.services.db, () => send(route, as))
        for (const text of statements.filter((each) => /^\s*select/i.test(each))) asked.add(text)
      }
    }
    const { calls } = keep.mock
    for (const text of asked) if (calls.some(([name]) => name.startsWith(text))) recalled.add(text)
    keep.mockRestore()
    expect(calls.length).toBeGreaterThan(kept().length)
    const { rows } = await sql<{ name: string }>`SELECT name FROM sqlite_schema WHERE type = 'table'`.execute(
      server.services.db,
    )
    const tables = rows.map(({ name }) => name)
    expect(tablesIn(tables, recalled)).toEqual(expect.arrayContaining(['users', 'orgs', 'apiKeys', 'sessions']))
    expect(tablesIn(tables.filter(await changedWith(LEAVING.people)), recalled)).toEqual([])
    // Who sends a request is found before an answer is.
    const made = [...asked].filter((text) => !/^select "users"/.test(text))
    expect(tablesIn(tables, made)).toEqual(expect.arrayContaining(['orgs', 'secrets']))
    expect(tablesIn(tables.filter(await changedWith(LEAVING.answers)), made)).toEqual([])
  })
})
