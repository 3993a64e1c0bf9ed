import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { expect, test } from 'vitest'
import * as initial from './migrations/001_initial.ts'
import * as processSessions from './migrations/003_process_sessions.ts'
import * as roleLdapGroups from './migrations/005_role_ldap_groups.ts'
import * as sessions from './migrations/006_sessions.ts'
import { lockDatabase } from './open.ts'

test('an upgrade ends sessions but keeps process sessions, which running jobs use', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-upgrade-'))
  const db = lockDatabase(folder)
  for (const { up } of [initial, processSessions, roleLdapGroups]) await up(db as Kysely<unknown>)
  const run = (statement: string) => sql.raw(statement).execute(db)
  await run(`INSERT INTO users (id, username, type, disabled, permanentlyDisabled) VALUES ('u', 'ann', 'LOCAL', 0, 0)`)
  await run(`INSERT INTO orgs (id, name, visibility) VALUES ('o', 'acme', 'PUBLIC')`)
  await run(
    `INSERT INTO projects (id, orgId, name, visibility, rawPayloadMode, outVariablesMode, processExecMode, createdAt)
     VALUES ('p', 'o', 'app', 'PUBLIC', 'DISABLED', 'DISABLED', 'READERS', '2026-01-01T00:00:00.000Z')`,
  )
  await run(`INSERT INTO sessions VALUES ('hash', 'u', 'internal', '["concordAdmin"]', '2100-01-01T00:00:00.000Z')`)
  await run(`INSERT INTO endedRememberMe VALUES ('r', '2100-01-01T00:00:00.000Z')`)
  await run(`INSERT INTO processSessions VALUES ('i', 'u', 'p', '2100-01-01T00:00:00.000Z')`)

  await sessions.up(db as Kysely<unknown>)

  expect(await db.selectFrom('sessions').selectAll().execute()).toEqual([])
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(await db.selectFrom('processSessions').selectAll().execute()).toEqual([
    {
      ...{ instanceId: 'i', userId: 'u', projectId: 'p', apiKeyId: null, address: null, userAgent: null },
      ...{ createdAt: time, lastUsedAt: time, expiresAt: '2100-01-01T00:00:00.000Z' },
    },
  ])
  await run(`DELETE FROM users`)
  expect(await db.selectFrom('processSessions').selectAll().execute()).toEqual([])
  await db.destroy()
  rmSync(folder, { recursive: true, force: true })
})
