import type { AccessLevel, SecretRow, SecretType, Visibility } from '../../server/db/schema.ts'
import { newId, SEED } from '../../server/ids.ts'
import { insertSecret } from '../../server/secrets/store.ts'
import { encodeKeyPair, encodeUsernamePassword } from '../../server/vault/binary.ts'
import { type Protection, seal } from '../../server/vault/sealed.ts'
import { CHEAP, givenOrg, givenTeam, givenUser, startTestServer, type TestServer } from './testServer.ts'

export interface SecretOptions {
  type?: SecretType
  visibility?: Visibility
  ownerId?: string
  storePassword?: string
  value?: Buffer
  projects?: { id: string }[]
  /** Team id → level. */
  grants?: Record<string, AccessLevel>
}

/** The default values of `givenSecret`, by type. */
export const SAMPLE_VALUES: Record<SecretType, Buffer> = {
  DATA: Buffer.from('value'),
  USERNAME_PASSWORD: encodeUsernamePassword({ username: 'joe', password: 'pa:ss' }),
  KEY_PAIR: encodeKeyPair({ publicKey: Buffer.from('ssh-rsa AAAA test'), privateKey: Buffer.from('private') }),
}

/** Inserts a secret into the database without the API; it belongs to the admin by default. */
export async function givenSecret(
  { services: { db, masterKey } }: TestServer,
  org: { id: string },
  name: string,
  options: SecretOptions = {},
): Promise<SecretRow> {
  const { type = 'DATA', visibility = 'PUBLIC', ownerId = SEED.adminUser, storePassword, projects = [] } = options
  const row: SecretRow = {
    ...{ id: newId(), orgId: org.id, name, ownerId, type, storeType: 'concord', visibility },
    encryptedBy: storePassword === undefined ? 'SERVER_KEY' : 'PASSWORD',
    createdAt: '2026-01-02T03:04:05.678Z',
    lastUpdatedAt: null,
  }
  const protection: Protection =
    storePassword === undefined
      ? { kind: 'SERVER_KEY', masterKey }
      : { kind: 'PASSWORD', password: storePassword, cost: CHEAP }
  const sealed = await seal({ secretId: row.id, value: options.value ?? SAMPLE_VALUES[type], protection })
  await db.transaction().execute(async (trx) => {
    await insertSecret(
      trx,
      row,
      sealed,
      projects.map((project) => project.id),
    )
    for (const [teamId, level] of Object.entries(options.grants ?? {})) {
      await trx.insertInto('secretTeamAccess').values({ secretId: row.id, teamId, level }).execute()
    }
  })
  return row
}

/** A text field with its character set, as the console sends it. */
export const utf8 = (text: string) => new Blob([text], { type: 'text/plain;charset=UTF-8' })

export const file = (content: string | Buffer) =>
  new Blob([new Uint8Array(Buffer.from(content))], { type: 'application/octet-stream' })

/** A response for comparison: status, content type, and the body, parsed if it is JSON. */
export async function seen(answer: Response | Promise<Response>) {
  const response = await answer
  const type = response.headers.get('Content-Type')
  const text = await response.text()
  return { status: response.status, type, body: type?.includes('json') && isJson(text) ? JSON.parse(text) : text }
}

function isJson(text: string) {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Concord's responses, as tests expect them. */
export const VALIDATION = 'application/vnd.concord-validation-errors-v1+json'
export const validation = (message: string, id = '*') => ({ status: 400, type: VALIDATION, body: [{ id, message }] })
export const text = (status: number, body: unknown) => ({ status, type: 'text/plain;charset=UTF-8', body })
export const empty = (status: number) => ({ status, type: null, body: '' })
export const ok = (body: unknown) => ({ status: 200, type: 'application/json', body })
export const UPDATED = ok({ ok: true, result: 'UPDATED' })

/** The details of a secret's newest audit entry, without those that every entry has. */
export async function lastAudit({ services: { db } }: TestServer, secretId: string) {
  const row = await db
    .selectFrom('auditLog')
    .selectAll()
    .where('object', '=', 'SECRET')
    .orderBy('seq', 'desc')
    .execute()
    .then((rows) => rows.find(({ details }) => JSON.parse(details).secretId === secretId))
  if (!row) return undefined
  const { requestId, requestIp, actionSource, ...details } = JSON.parse(row.details)
  return { action: row.action, userId: row.userId, details }
}

/**
 * A test server with an organization. Its members are alice, who owns the secrets, and bob; mallory is not a member.
 */
export async function startAcme() {
  // No log: tests damage values on purpose.
  const server = await startTestServer({ LOG_LEVEL: 'silent' })
  const org = await givenOrg(server, 'acme')
  const alice = await givenUser(server, 'alice')
  const bob = await givenUser(server, 'bob')
  const mallory = await givenUser(server, 'mallory')
  const team = await givenTeam(server, org, 'team', [alice, bob])
  const { request } = server
  return {
    ...{ server, org, team, alice, bob, mallory },
    close: server.close,
    make: (name: string, options: SecretOptions = {}) =>
      givenSecret(server, org, name, { ownerId: alice.id, ...options }),
    /** The updates of both API versions, as alice by default. */
    v1: (name: string, json: unknown, as = alice.key) => seen(request(`/api/v1/org/acme/secret/${name}`, { as, json })),
    v2: (name: string, form: Record<string, string | Blob>, as = alice.key) =>
      seen(request(`/api/v2/org/acme/secret/${name}`, { as, form })),
    /** The entry as seen by an admin. */
    read: async (name: string) => (await seen(request(`/api/v2/org/acme/secret/${name}`))).body,
    /** The value that alice gets, or the status if she gets none. */
    value: async (name: string, storePassword: string | Blob = '') => {
      const answer = await request(`/api/v1/org/acme/secret/${name}/data`, { as: alice.key, form: { storePassword } })
      return answer.status === 200 ? Buffer.from(await answer.arrayBuffer()) : answer.status
    },
  }
}

export type Acme = Awaited<ReturnType<typeof startAcme>>

export const base64 = (content: string | Buffer) => Buffer.from(content).toString('base64')
