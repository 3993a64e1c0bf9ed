import { Attribute, Change } from 'ldapts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, cookieOf, WHOAMI } from '../../tests/support/signIn.ts'
import {
  ADMIN,
  addGroup,
  addPerson,
  addRoots,
  BASE,
  groupDn,
  ldapSettings,
  passwordOf,
  type Slapd,
  startSlapd,
  whyNoSlapd,
} from '../../tests/support/slapd.ts'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { runHousekeeping } from '../process/housekeeping.ts'
import { generateApiKey } from '../vault/tokens.ts'
import { insertApiKey } from './builtIn.ts'

const missing = whyNoSlapd('how a directory is followed')

let slapd: Slapd
let server: TestServer
const lines: string[] = []
let number = 0

beforeAll(async () => {
  if (missing) return
  slapd = await startSlapd()
  await slapd.asAdmin(addRoots)
  server = await startTestServer(ldapSettings(slapd))
  server.services.log = createLog('info', (line) => lines.push(line))
})
afterAll(async () => {
  await server?.close()
  await slapd?.close()
})

/** A user of the directory who has signed in and has a key. */
async function givenMember() {
  const name = `member-${++number}`
  await slapd.asAdmin((client) => addPerson(client, name))
  const cookie = cookieOf(await server.request(WHOAMI, { as: basic(name, passwordOf(name)) }), 'JSESSIONID')
  const { db } = server.services
  const { id } = await db.selectFrom('users').select('id').where('username', '=', name).executeTakeFirstOrThrow()
  const key = generateApiKey()
  await db.transaction().execute((trx) => insertApiKey(trx, id, 'main', key))
  return { id, name, cookie, key }
}
type Member = Awaited<ReturnType<typeof givenMember>>

const leave = (...members: Member[]) =>
  slapd.asAdmin(async (client) => {
    for (const { name } of members) await client.del(`cn=${name},${BASE}`)
  })
/** The response statuses for a user's session and key. */
const access = async ({ cookie, key }: Member) => [
  (await server.request(WHOAMI, { as: '', headers: { Cookie: cookie } })).status,
  (await server.request(WHOAMI, { as: key })).status,
]
const groupsOf = async ({ id }: Member) => {
  const { db } = server.services
  const rows = await db.selectFrom('userLdapGroups').select('ldapGroup').where('userId', '=', id).execute()
  return rows.map(({ ldapGroup }) => ldapGroup)
}
const IN = [200, 200]
const OUT = [403, 401]

describe.skipIf(missing)('the hourly check of users with a key or a session', () => {
  test('disables missing users until an admin enables them', async () => {
    const [stays, leaves] = [await givenMember(), await givenMember()]
    await leave(leaves)
    await runHousekeeping(server.services)
    expect([await access(stays), await access(leaves)]).toEqual([IN, OUT])
    expect(lines.at(-1)).toContain(`disabled a user who is no longer in the directory {"userId":"${leaves.id}"}`)
    const audit = await server.request('/api/v1/audit?object=USER&action=UPDATE')
    const [{ details }] = await audit.json()
    expect(details).toMatchObject({ userId: leaves.id, disabled: true, actionSource: { type: 'SYSTEM' } })
    await slapd.asAdmin((client) => addPerson(client, leaves.name))
    await runHousekeeping(server.services)
    expect(await access(leaves)).toEqual(OUT)
    expect((await server.request(WHOAMI, { as: basic(leaves.name, passwordOf(leaves.name)) })).status).toBe(401)
  })

  test('updates groups without a login', async () => {
    const member = await givenMember()
    const group = `group-${member.name}`
    expect(await groupsOf(member)).toEqual([])
    await slapd.asAdmin((client) => addGroup(client, group, [member.name]))
    await runHousekeeping(server.services)
    expect(await groupsOf(member)).toEqual([groupDn(group)])
    const members = new Attribute({ type: 'member', values: [ADMIN.dn] })
    await slapd.asAdmin((client) =>
      client.modify(groupDn(group), new Change({ operation: 'replace', modification: members })),
    )
    await runHousekeeping(server.services)
    expect(await groupsOf(member)).toEqual([])
    expect(await access(member)).toEqual(IN)
  })

  test('disables nobody if the filter finds nobody or the directory is unreachable', async () => {
    const member = await givenMember()
    const config = readConfig({
      ...{ DATA_DIR: server.dataDir, ...ldapSettings(slapd), LDAP_SEARCH_BASE: `ou=old,${BASE}` },
    })
    await runHousekeeping({ ...server.services, config })
    expect(await access(member)).toEqual(IN)
    expect(lines.at(-1)).toMatch(
      /more users are missing from the directory than found, so nobody was disabled {"found":0,"missed":\d+}/,
    )
    await slapd.stop()
    await runHousekeeping(server.services)
    await slapd.restart()
    expect(await access(member)).toEqual(IN)
    expect(lines.at(-1)).toContain('the directory failed while its users were checked')
    expect(lines.at(-1)).toContain('ECONNREFUSED')
  })

  test('does not disable a user with two entries', async () => {
    const member = await givenMember()
    await slapd.asAdmin((client) => addPerson(client, member.name, {}, `ou=old,${BASE}`))
    await runHousekeeping(server.services)
    expect(await access(member)).toEqual(IN)
  })

  test('does not disable the last admin, and logs it', async () => {
    const { db } = server.services
    const [admin, other] = [await givenMember(), await givenMember()]
    const { id: roleId } = await db
      .selectFrom('roles')
      .select('id')
      .where('name', '=', 'concordAdmin')
      .executeTakeFirstOrThrow()
    const admins = await db.selectFrom('userRoles').selectAll().where('roleId', '=', roleId).execute()
    await db.deleteFrom('userRoles').execute()
    await db.insertInto('userRoles').values({ userId: admin.id, roleId }).execute()
    await leave(admin)
    await runHousekeeping(server.services)
    expect([await access(admin), await access(other)]).toEqual([IN, IN])
    expect(lines.at(-1)).toContain(
      `the last admin is no longer in the directory, and was not disabled {"userId":"${admin.id}"}`,
    )
    await db.insertInto('userRoles').values(admins).execute()
    await runHousekeeping(server.services)
    expect(await access(admin)).toEqual(OUT)
  })

  test('disables the only user with access too, if the directory finds others', async () => {
    const { db } = server.services
    const [alone, other] = [await givenMember(), await givenMember()]
    for (const table of ['apiKeys', 'sessions'] as const) {
      const others = db.selectFrom('users').select('id').where('type', '=', 'LDAP').where('id', '!=', alone.id)
      await db.deleteFrom(table).where('userId', 'in', others).execute()
    }
    await leave(alone)
    await runHousekeeping(server.services)
    expect(await access(alone)).toEqual(OUT)
    const { disabled } = await db
      .selectFrom('users')
      .select('disabled')
      .where('id', '=', other.id)
      .executeTakeFirstOrThrow()
    expect(disabled).toBe(0)
  })
})
