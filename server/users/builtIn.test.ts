import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import type { UserType } from '../db/schema.ts'
import { newId } from '../ids.ts'
import { addUser, disableUser, enableUser, insertUser, listUsers, setPassword } from './builtIn.ts'

const PASSWORD = 'correct horse battery'

let server: TestServer
let number = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

async function givenOne(username: string, type: UserType, domain: string | null = null) {
  const id = newId()
  const user = { id, username, domain, type, displayName: null, email: null, passwordHash: null }
  await server.services.db.transaction().execute((trx) => insertUser(trx, user))
  return id
}
/** Three users with the same name. */
async function givenNamesakes() {
  const name = `ann-${++number}`
  return {
    name,
    local: await givenOne(name, 'LOCAL'),
    plain: await givenOne(name, 'LDAP'),
    corp: await givenOne(name, 'LDAP', 'corp.example'),
  }
}
const listed = async (name: string) => {
  const users = await listUsers(server.services.db)
  return users.filter((user) => user.name.startsWith(name))
}
const disabled = async (name: string) => (await listed(name)).map((user) => user.disabled)
const disable = (username: string) => disableUser(server.services.db, { username })
const enable = (username: string) => enableUser(server.services.db, { username })

test('changes nothing if a name is ambiguous', async () => {
  const { name, local, plain, corp } = await givenNamesakes()
  const refusal = [
    `Nothing has changed: 3 users are named ${name}. Give the id of one:`,
    ...[`  ${local}  ${name} (LOCAL)`, `  ${plain}  ${name} (LDAP)`, `  ${corp}  ${name}@corp.example (LDAP)`],
  ]
  for (const change of [disable, enable]) {
    const { message } = await change(name).then(
      () => new Error('done'),
      (error: Error) => error,
    )
    expect(message.split('\n').sort()).toEqual(refusal.sort())
  }
  expect(await disabled(name)).toEqual([false, false, false])
})

test('a domain or an id selects one of them, and the result names the user', async () => {
  const { name, plain } = await givenNamesakes()
  expect(await disable(`${name.toUpperCase()}@Corp.Example`)).toBe(`${name}@corp.example (LDAP)`)
  expect(await disable(plain)).toBe(`${name} (LDAP)`)
  const facts = (await listed(name)).map((user) => `${user.name} ${user.type} ${user.disabled}`)
  const expected = [`${name} LDAP true`, `${name} LOCAL false`, `${name}@corp.example LDAP true`]
  expect(facts.sort()).toEqual(expected)
  expect(await enable(plain)).toBe(`${name} (LDAP)`)
})

test('the domain is optional while nobody else has the name', async () => {
  await givenOne('only', 'SSO', 'elsewhere.example')
  expect(await disable('only')).toBe('only@elsewhere.example (SSO)')
  await expect(disable('only@corp.example')).rejects.toThrow('There is no user only@corp.example.')
})

test('names from a directory may contain letters and spaces that ours cannot', async () => {
  await givenOne('zoë łuczak', 'LDAP')
  expect(await disable('Zoë Łuczak')).toBe('zoë łuczak (LDAP)')
})

test('sets the password of the built-in directory’s user, even if others have the name', async () => {
  const { db } = server.services
  const { name } = await givenNamesakes()
  const unlike = { username: name, password: PASSWORD }
  expect(await setPassword(db, unlike)).toBe(`${name} (LOCAL)`)
  const passwords = (await listed(name)).filter(({ password }) => password)
  expect(passwords).toMatchObject([{ name, type: 'LOCAL' }])
  await expect(setPassword(db, { ...unlike, username: `${name}@corp.example` })).rejects.toThrow(
    `${name}@corp.example (LDAP) has no password here to be set.`,
  )
  await expect(addUser(db, { ...unlike, admin: false, apiKey: false })).rejects.toThrow('already')
})

test('rejects two passwords under one name, because users sign in without a domain', async () => {
  const { db } = server.services
  const first = await givenOne('twin', 'LOCAL')
  const second = await givenOne('twin', 'LOCAL', 'corp.example')
  expect(await setPassword(db, { username: first, password: PASSWORD })).toBe('twin (LOCAL)')
  await expect(setPassword(db, { username: second, password: PASSWORD })).rejects.toThrow(
    'twin (LOCAL) has a password already and signs in with the same name.',
  )
  expect(await setPassword(db, { username: first, password: `${PASSWORD}!` })).toBe('twin (LOCAL)')
})

test('lists an admin by an LDAP group as an admin', async () => {
  const { db } = server.services
  const { name, corp } = await givenNamesakes()
  const role = await db.selectFrom('roles').select('id').where('name', '=', 'concordAdmin').executeTakeFirstOrThrow()
  const ldapGroup = `cn=admins-of-${name}`
  await db.insertInto('roleLdapGroups').values({ roleId: role.id, ldapGroup }).execute()
  await db.insertInto('userLdapGroups').values({ userId: corp, ldapGroup }).execute()
  const admins = (await listed(name)).filter(({ admin }) => admin)
  expect(admins.map((user) => user.name)).toEqual([`${name}@corp.example`])
})
