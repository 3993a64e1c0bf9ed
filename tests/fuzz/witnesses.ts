import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { SecretRow, SecretType, Visibility } from '../../server/db/schema.ts'
import { encodeKeyPair, encodeUsernamePassword } from '../../server/vault/binary.ts'
import { givenSecret } from '../support/secrets.ts'
import { givenOrg, givenProject, givenTeam, givenUser, type TestServer } from '../support/testServer.ts'

const TYPES: SecretType[] = ['DATA', 'USERNAME_PASSWORD', 'KEY_PAIR']
const VALUES: Record<SecretType, (bytes: Buffer) => Buffer> = {
  DATA: (bytes) => bytes,
  USERNAME_PASSWORD: (bytes) => encodeUsernamePassword({ username: 'joe', password: bytes.toString('hex') }),
  KEY_PAIR: (bytes) => encodeKeyPair({ publicKey: bytes, privateKey: bytes }),
}
const VISIBILITIES: Visibility[] = ['PUBLIC', 'PRIVATE']

/** Secrets of every kind in somebody else's organization: whatever others do, they must not change. */
export async function givenWitnesses(server: TestServer) {
  const { db } = server.services
  const keeper = await givenUser(server, 'keeper')
  const org = await givenOrg(server, 'vault', keeper)
  const team = await givenTeam(server, org, 'keepers', [keeper], 'OWNER')
  const project = await givenProject(server, org, 'vault-project')
  const secrets: (SecretRow & { value: Buffer; storePassword: string })[] = []
  for (const [i, type] of [...TYPES, ...TYPES, ...TYPES, ...TYPES].entries()) {
    const visibility = VISIBILITIES[i % 2] ?? 'PRIVATE'
    const storePassword = i < 6 ? '' : 'Aa1!Bb2!Cc'
    const value = VALUES[type](randomBytes(1 + i * 50))
    const options = { type, visibility, value, ownerId: keeper.id, grants: { [team.id]: 'READER' as const } }
    const protection = storePassword ? { storePassword } : {}
    const row = await givenSecret(server, org, `witness-${i}`, { ...options, ...protection })
    secrets.push({ ...row, value, storePassword })
  }

  const rows = async () => ({
    org: await db.selectFrom('orgs').selectAll().where('id', '=', org.id).execute(),
    secrets: await db.selectFrom('secrets').selectAll().where('orgId', '=', org.id).orderBy('name').execute(),
    access: await db
      .selectFrom('secretTeamAccess')
      .selectAll()
      .where(
        'secretId',
        'in',
        secrets.map(({ id }) => id),
      )
      .orderBy('secretId')
      .execute(),
    members: await db.selectFrom('teamUsers').selectAll().where('teamId', '=', team.id).execute(),
    project: await db.selectFrom('projects').selectAll().where('orgId', '=', org.id).execute(),
  })
  const before = await rows()

  return {
    /** The names and ids for requests. */
    words: {
      ...{ orgName: [org.name], orgId: [org.id], projectName: [project.name], projectId: [project.id] },
      ...{ teamName: [team.name], teamId: [team.id], secretName: secrets.map(({ name }) => name) },
    },
    async check() {
      expect(await rows()).toEqual(before)
      for (const { name, type, value, storePassword } of secrets) {
        const path = `/api/v1/org/vault/secret/${name}/data`
        const response = await server.request(path, { as: keeper.key, form: { storePassword } })
        expect([response.status, response.headers.get('X-Concord-SecretType')]).toEqual([200, type])
        expect(Buffer.from(await response.arrayBuffer()).equals(value)).toBe(true)
      }
    },
  }
}
