import type { KeyObject } from 'node:crypto'
import type { Trx } from '../db/open.ts'
import type { SecretType } from '../db/schema.ts'
import { newId, SEED } from '../ids.ts'
import { insertApiKey, insertUser } from '../users/builtIn.ts'
import { encodeKeyPair, encodeUsernamePassword } from '../vault/binary.ts'
import { type GeneratedKeyPair, generateKeyPair } from '../vault/keyPair.ts'
import { generateUserPassword, hashPassword } from '../vault/password.ts'
import type { ScryptCost } from '../vault/scrypt.ts'
import { seal } from '../vault/sealed.ts'
import { generateApiKey } from '../vault/tokens.ts'
import { SAMPLE_ORGS, SAMPLE_USERS, type SampleOrg, type SampleSecret, type SampleUser } from './sampleTables.ts'
import type { Credentials } from './welcome.ts'

/** The store password of the samples that have one. It is public, as it protects nothing real. */
export const SAMPLE_STORE_PASSWORD = 'Sample-Store-Pass1'

/** Few and short keys, so that the first start stays quick: they give no access, and several samples share one. */
const KEY_PAIRS = 3
const KEY_BITS = 2048
const DAY = 86_400_000

const TYPES: Record<SampleSecret['kind'], SecretType> = {
  pair: 'KEY_PAIR',
  login: 'USERNAME_PASSWORD',
  text: 'DATA',
  file: 'DATA',
}

export interface SampleData {
  /** Credentials of `admin` and the sample users, without admin's key. */
  credentials: Credentials[]
  /** Writes everything. Call it in the transaction that seeds the database. */
  insert(trx: Trx): Promise<void>
}

/** Builds the sample data in memory. Slow work, hashing and sealing, happens here, outside the transaction. */
export async function prepareSampleData(masterKey: KeyObject, cost: ScryptCost, now = Date.now()): Promise<SampleData> {
  const [users, orgs] = await Promise.all([prepareUsers(cost), prepareSecrets(masterKey, cost, now)])
  const ids: UserIds = { admin: SEED.adminUser, ...idsOf(users) }
  return {
    credentials: users.map(({ username, password, apiKey }) => ({ username, password, apiKey })),
    async insert(trx) {
      for (const user of users) {
        if (user.username === 'admin') {
          await trx
            .updateTable('users')
            .set({ passwordHash: user.passwordHash })
            .where('id', '=', SEED.adminUser)
            .execute()
          continue
        }
        await insertUser(trx, user)
        await insertApiKey(trx, user.id, 'sample', user.apiKey ?? '')
      }
      for (const [name, org] of Object.entries(SAMPLE_ORGS)) {
        await insertOrg(trx, { name, org, secrets: orgs.filter((secret) => secret.orgName === name), ids, now })
      }
    },
  }
}

type UserIds = Partial<Record<string, string>> & { admin: string }

function prepareUsers(cost: ScryptCost) {
  const people = [{ username: 'admin', displayName: null, email: null }, ...SAMPLE_USERS]
  return Promise.all(
    people.map(async (person) => {
      const password = generateUserPassword()
      return {
        ...person,
        id: newId(),
        password,
        passwordHash: await hashPassword(password, cost),
        apiKey: person.username === 'admin' ? undefined : generateApiKey(),
      }
    }),
  )
}

const idsOf = (users: { username: string; id: string }[]) =>
  Object.fromEntries(users.filter(({ username }) => username !== 'admin').map(({ username, id }) => [username, id]))

async function prepareSecrets(masterKey: KeyObject, cost: ScryptCost, now: number) {
  const keyPairs = await Promise.all(Array.from({ length: KEY_PAIRS }, () => generateKeyPair(undefined, KEY_BITS)))
  const samples = Object.entries(SAMPLE_ORGS).flatMap(([orgName, { secrets }]) =>
    secrets.map((sample) => ({ orgName, sample })),
  )
  return Promise.all(
    samples.map(async ({ orgName, sample }, index) => {
      const id = newId(now - sample.age * DAY)
      const value = sampleValue(sample, keyPairs[index % KEY_PAIRS])
      const sealed = await seal({
        secretId: id,
        value,
        protection: sample.storePassword
          ? { kind: 'PASSWORD', password: SAMPLE_STORE_PASSWORD, cost }
          : { kind: 'SERVER_KEY', masterKey },
      })
      return { orgName, id, sample, sealed }
    }),
  )
}

/** A value that is obviously not real. */
function sampleValue({ kind, name }: SampleSecret, keyPair: GeneratedKeyPair | undefined): Buffer {
  switch (kind) {
    case 'pair': {
      if (!keyPair) throw new Error('There are no key pairs')
      return encodeKeyPair({ publicKey: Buffer.from(keyPair.publicKey), privateKey: Buffer.from(keyPair.privateKey) })
    }
    case 'login':
      return encodeUsernamePassword({ username: `svc-${name}`, password: `sample password of ${name}` })
    case 'text':
      return Buffer.from(`sample value of ${name}`)
    case 'file':
      return Buffer.from(`# A sample file, created on the first start.\n# It belongs to ${name} and gives no access.\n`)
  }
}

type Prepared = Awaited<ReturnType<typeof prepareSecrets>>[number]

async function insertOrg(
  trx: Trx,
  { name, org, secrets, ids, now }: { name: string; org: SampleOrg; secrets: Prepared[]; ids: UserIds; now: number },
) {
  const orgId = newId()
  const userId = (user: SampleUser) => ids[user] ?? ids.admin
  const at = (age: number) => new Date(now - age * DAY).toISOString()
  await trx
    .insertInto('orgs')
    .values({ id: orgId, name, ownerId: userId(org.owner), visibility: org.visibility, meta: null, cfg: null })
    .execute()

  const teamIds = new Map<string, string>()
  for (const [teamName, { description, members }] of Object.entries(org.teams)) {
    const id = newId()
    teamIds.set(teamName, id)
    await trx.insertInto('teams').values({ id, orgId, name: teamName, description }).execute()
    const rows = Object.entries(members).map(([user, role]) => ({
      teamId: id,
      userId: userId(user as SampleUser),
      role,
    }))
    await trx.insertInto('teamUsers').values(rows).execute()
  }
  const grantsOf = (grants = {}) =>
    Object.entries(grants as NonNullable<SampleSecret['grants']>).map(([team, level]) => ({
      teamId: known(teamIds, team),
      level,
    }))

  const projectIds = new Map<string, string>()
  for (const [projectName, { description, visibility, owner, age, grants }] of Object.entries(org.projects)) {
    const id = newId(now - age * DAY)
    projectIds.set(projectName, id)
    await trx
      .insertInto('projects')
      .values({
        ...{ id, orgId, name: projectName, description, visibility, ownerId: userId(owner), createdAt: at(age) },
        ...{ rawPayloadMode: 'DISABLED', outVariablesMode: 'DISABLED', processExecMode: 'READERS' },
        ...{ cfg: null, meta: null },
      })
      .execute()
    for (const grant of grantsOf(grants)) {
      await trx
        .insertInto('projectTeamAccess')
        .values({ projectId: id, ...grant })
        .execute()
    }
  }

  const secretIds = new Map(secrets.map(({ id, sample }) => [sample.name, id]))
  for (const { id, sample, sealed } of secrets) {
    const type = TYPES[sample.kind]
    const ownerId = userId(sample.owner)
    await trx
      .insertInto('secrets')
      .values({
        ...{ id, orgId, name: sample.name, ownerId, type, storeType: 'concord', visibility: sample.visibility },
        encryptedBy: sample.storePassword ? 'PASSWORD' : 'SERVER_KEY',
        createdAt: at(sample.age),
        lastUpdatedAt: sample.changed === undefined ? null : at(sample.changed),
      })
      .execute()
    await trx
      .insertInto('secretValues')
      .values({ secretId: id, ...sealed })
      .execute()
    for (const project of sample.projects ?? []) {
      await trx
        .insertInto('secretProjects')
        .values({ secretId: id, projectId: known(projectIds, project) })
        .execute()
    }
    for (const grant of grantsOf(sample.grants)) {
      await trx
        .insertInto('secretTeamAccess')
        .values({ secretId: id, ...grant })
        .execute()
    }
  }
  await insertHistory(trx, { orgId, secrets, at, userId })

  for (const [projectName, { repositories }] of Object.entries(org.projects)) {
    for (const [repository, url, branch, path, secret] of repositories) {
      await trx
        .insertInto('repositories')
        .values({
          ...{ id: newId(), projectId: known(projectIds, projectName), name: repository, url, branch },
          ...{ commitId: null, path: path ?? null, secretId: secret ? known(secretIds, secret) : null },
          ...{ disabled: 0, triggersDisabled: 0, meta: null },
        })
        .execute()
    }
  }
}

/** The audit log that such secrets would have, oldest first, because its order is that of its rows. */
async function insertHistory(
  trx: Trx,
  { orgId, secrets, at, userId }: { orgId: string; secrets: Prepared[]; at: (age: number) => string; userId: UserOf },
) {
  const events = secrets.flatMap(({ id, sample: { name, kind, owner, age, changed } }) => {
    const about = { orgId, secretId: id, name, actionSource: { type: 'UI' } }
    const created = { type: TYPES[kind], storeType: 'concord' }
    const updated = { changes: { updated: { data: true } } }
    return [
      { age, owner, action: 'CREATE', details: { ...about, ...created } },
      ...(changed === undefined ? [] : [{ age: changed, owner, action: 'UPDATE', details: { ...about, ...updated } }]),
    ]
  })
  for (const { age, owner, action, details } of events.sort((a, b) => b.age - a.age)) {
    const row = {
      entryDate: at(age),
      userId: userId(owner),
      object: 'SECRET',
      action,
      details: JSON.stringify(details),
    }
    await trx.insertInto('auditLog').values(row).execute()
  }
}

type UserOf = (user: SampleUser) => string

function known(ids: Map<string, string>, name: string): string {
  const id = ids.get(name)
  if (!id) throw new Error(`The sample tables refer to ${name}, which they do not define`)
  return id
}
