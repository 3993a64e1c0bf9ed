import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import type { ProjectRow, TeamRole, Visibility } from '../../server/db/schema.ts'
import { newId } from '../../server/ids.ts'
import { createLog } from '../../server/log.ts'
import { setUp } from '../../server/process/setUp.ts'
import { generateApiKey, hashApiKey } from '../../server/vault/tokens.ts'
import { ADMIN_KEY, type TestResponse } from './serverProcess.ts'

export { ADMIN_KEY, type TestResponse }

/** The cheapest passwords: the real ones are slow on purpose, and tested in vault/. */
export const CHEAP = { log2N: 4, r: 8, p: 1 }

/** A request to a test server: `json` or `form` becomes the body, with its content type. */
export interface TestRequest {
  as?: string
  method?: string
  headers?: Record<string, string>
  json?: unknown
  form?: Record<string, string | Blob>
  text?: string
}

/**
 * A server on its own data folder, with a real database; `close()` removes both. New passwords and guesses at unknown
 * users are cheap; tests whose requests have to be slow pass the real cost.
 */
export async function startTestServer(environment: Record<string, string> = {}, passwordCost = CHEAP) {
  const dataDir = mkdtempSync(join(tmpdir(), 'concord-console-'))
  const config = readConfig({
    DATA_DIR: dataDir,
    ADMIN_API_KEY: ADMIN_KEY,
    SAMPLE_DATA: 'off',
    LOG_LEVEL: 'error',
    ...environment,
  })
  const services = await setUp(config, createLog(config.logLevel), passwordCost)
  const app = createApp(services)

  /** Sends a request with the given API key (default: the admin's; '' for none). */
  const request = async (
    path: string,
    { as = ADMIN_KEY, method, headers, json, form, text }: TestRequest = {},
  ): Promise<TestResponse> => {
    const body = json !== undefined ? JSON.stringify(json) : form ? formData(form) : text
    return app.request(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(as ? { Authorization: as } : {}),
        ...(json !== undefined ? { 'Content-Type': 'application/json' } : {}),
        ...(text !== undefined ? { 'Content-Type': 'text/plain' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
  }

  return {
    app,
    services,
    dataDir,
    request,
    async close() {
      await services.refusals.close()
      await services.db.destroy()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>

function formData(fields: Record<string, string | Blob>) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  return data
}

/** Rows that tests need as a setup, created without the API, which has its own tests. */

export async function givenOrg({ services: { db } }: TestServer, name: string, owner?: { id: string }) {
  const row = { id: newId(), name, ownerId: owner?.id ?? null, visibility: 'PUBLIC', meta: null, cfg: null } as const
  await db.insertInto('orgs').values(row).execute()
  return row
}

/** A user with an API key: `as: user.key` sends a request as them. */
export async function givenUser({ services: { db } }: TestServer, username: string, ...roles: string[]) {
  const id = newId()
  const key = generateApiKey()
  await db
    .insertInto('users')
    .values({
      ...{ id, username, domain: null, displayName: `The ${username}`, email: null, type: 'LOCAL', disabled: 0 },
      ...{ permanentlyDisabled: 0, disabledDate: null, passwordHash: null },
    })
    .execute()
  for (const role of roles) {
    const { id: roleId } = await db.selectFrom('roles').select('id').where('name', '=', role).executeTakeFirstOrThrow()
    await db.insertInto('userRoles').values({ userId: id, roleId }).execute()
  }
  const hash = hashApiKey(key) ?? ''
  await db.insertInto('apiKeys').values({ id: newId(), userId: id, name: 'main', hash, expiredAt: null }).execute()
  return { id, username, key }
}

export async function givenTeam(
  { services: { db } }: TestServer,
  org: { id: string },
  name: string,
  members: { id: string }[] = [],
  role: TeamRole = 'MEMBER',
) {
  const id = newId()
  await db.insertInto('teams').values({ id, orgId: org.id, name, description: null }).execute()
  for (const { id: userId } of members) await db.insertInto('teamUsers').values({ teamId: id, userId, role }).execute()
  return { id, name }
}

export async function givenProject(
  { services: { db } }: TestServer,
  org: { id: string },
  name: string,
  visibility: Visibility = 'PUBLIC',
) {
  const row: ProjectRow = {
    ...{ id: newId(), orgId: org.id, name, description: null, visibility, ownerId: null, cfg: null, meta: null },
    ...{ rawPayloadMode: 'DISABLED', outVariablesMode: 'DISABLED', processExecMode: 'READERS' },
    createdAt: new Date().toISOString(),
  }
  await db.insertInto('projects').values(row).execute()
  return row
}

/** Opens a process session for a user that lasts longer than any test, and returns its id. */
export async function givenProcessSession(
  { services: { db } }: TestServer,
  user: { id: string },
  project: { id: string },
): Promise<string> {
  const now = new Date().toISOString()
  const row = {
    ...{ instanceId: newId(), userId: user.id, projectId: project.id, apiKeyId: null, address: null, userAgent: null },
    ...{ createdAt: now, lastUsedAt: now, expiresAt: '2100-01-01T00:00:00.000Z' },
  }
  await db.insertInto('processSessions').values(row).execute()
  return row.instanceId
}
