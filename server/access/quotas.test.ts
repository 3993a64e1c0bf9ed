import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { file, givenSecret, seen, validation } from '../../tests/support/secrets.ts'
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
import { readConfig } from '../config.ts'
import { quotaTriggers } from './quotas.ts'

let server: TestServer
let member: { id: string; key: string }
beforeAll(async () => {
  server = await startTestServer({
    ...{ SECRETS_PER_ORGANIZATION: '3', BYTES_PER_ORGANIZATION: '20 KiB', PROJECTS_PER_ORGANIZATION: '2' },
    ...{ REPOSITORIES_PER_ORGANIZATION: '2', TEAMS_PER_ORGANIZATION: '2', ORGANIZATIONS_PER_USER: '2' },
    ...{ API_KEYS_PER_USER: '3', PROCESS_SESSIONS_PER_USER: '2' },
  })
  member = await givenUser(server, 'member')
})
afterAll(() => server.close())

const has = (what: string, setting: string) =>
  validation(`The organization has ${what}, its limit. Delete some, or have an administrator raise ${setting}.`)
const userHas = (what: string, setting: string) =>
  validation(`The user has ${what}, the limit. Delete some, or have an administrator raise ${setting}.`)
const TOO_MANY_BYTES = validation(
  'The organization would hold more than 20480 bytes, its limit. Delete some, or have an administrator raise BYTES_PER_ORGANIZATION.',
)
const OK = expect.objectContaining({ status: 200 })

async function givenOwnOrg(name: string) {
  const org = await givenOrg(server, name)
  await givenTeam(server, org, 'members', [member], 'OWNER')
  return org
}
const send = (path: string, json?: object, method = 'POST', as = member.key) =>
  seen(server.request(`/api/v1/org${path}`, { as, method, ...(json ? { json } : {}) }))
const create = (org: string, name: string, bytes = 10) =>
  seen(
    server.request(`/api/v1/org/${org}/secret`, {
      as: member.key,
      form: { name, type: 'DATA', data: file('x'.repeat(bytes)) },
    }),
  )
const value = (org: string, name: string, bytes: number) =>
  seen(
    server.request(`/api/v2/org/${org}/secret/${name}`, {
      as: member.key,
      form: { type: 'DATA', data: file('x'.repeat(bytes)) },
    }),
  )

test('settings: a number, and for bytes a unit too', () => {
  const bytes = (BYTES_PER_ORGANIZATION?: string) => readConfig({ BYTES_PER_ORGANIZATION }).quotas.bytesPerOrganization
  expect([bytes(), bytes('2 KiB'), bytes('3GiB'), bytes('77')]).toEqual([1024 ** 3, 2048, 3 * 1024 ** 3, 77])
  for (const wrong of ['1 GB', '-1', '0', 'much']) {
    expect(() => bytes(wrong)).toThrow('BYTES_PER_ORGANIZATION must be a number of bytes such as "1 GiB"')
  }
  expect(() => readConfig({ API_KEYS_PER_USER: '0' })).toThrow('API_KEYS_PER_USER must be a whole number from 1')
})

test('limits the secrets of an organization, created or moved there; deleting frees quota', async () => {
  const org = await givenOwnOrg('secrets')
  for (const name of ['one', 'two', 'three']) expect(await create('secrets', name)).toEqual(OK)
  const refusal = has('3 secrets', 'SECRETS_PER_ORGANIZATION')
  expect(await create('secrets', 'four')).toEqual(refusal)
  await givenOwnOrg('elsewhere')
  await create('elsewhere', 'four')
  expect(await send('/elsewhere/secret/four', { orgName: 'secrets' })).toEqual(refusal)
  expect((await send('/elsewhere/secret/four', undefined, 'GET')).status).toBe(200)
  expect(await send('/secrets/secret/one', { name: 'renamed' })).toEqual(OK)
  const log = server.services.db.selectFrom('auditLog').select('details').where('object', '=', 'SECRET').execute()
  const refused = (await log).filter(({ details }) => details.includes(org.id) && details.includes('four'))
  expect(refused).toEqual([])

  expect(await send('/secrets/secret/two', undefined, 'DELETE')).toEqual(OK)
  expect(await send('/elsewhere/secret/four', { orgName: 'secrets' })).toEqual(OK)
})

test('limits the bytes of an organization: new, larger and moved values, and metadata', async () => {
  await givenOwnOrg('bytes')
  expect(await create('bytes', 'big', 15_000)).toEqual(OK)
  expect(await create('bytes', 'other', 6_000)).toEqual(TOO_MANY_BYTES)
  expect(await create('bytes', 'other', 1_000)).toEqual(OK)
  expect(await value('bytes', 'other', 7_000)).toEqual(TOO_MANY_BYTES)
  const meta = { text: 'x'.repeat(6_000) }
  expect(await send('/bytes/project', { name: 'project', meta })).toEqual(TOO_MANY_BYTES)
  expect(await send('/bytes/project', { name: 'project' })).toEqual(OK)
  expect(await send('/bytes/project', { name: 'project', meta })).toEqual(TOO_MANY_BYTES)
  const org = { name: 'bytes', meta: { text: 'x'.repeat(6_000) } }
  expect(await send('', org, 'POST', ADMIN_KEY)).toEqual(TOO_MANY_BYTES)
  await givenOwnOrg('small')
  expect(await create('small', 'moving', 7_000)).toEqual(OK)
  expect(await send('/small/secret/moving', { orgName: 'bytes' })).toEqual(TOO_MANY_BYTES)
  expect(await value('bytes', 'big', 5_000)).toEqual(OK)
  expect(await send('/small/secret/moving', { orgName: 'bytes' })).toEqual(OK)
})

test('data beyond a lowered limit stays, and can shrink', async () => {
  const other = await startTestServer()
  const { db, config } = other.services
  const org = await givenOrg(other, 'lowered')
  for (const name of ['first', 'second', 'third']) {
    await givenSecret(other, org, name, { value: Buffer.alloc(9_000) })
  }
  for (const name of ['SECRETS_PER_ORGANIZATION', 'BYTES_PER_ORGANIZATION']) {
    await sql`DROP TRIGGER ${sql.table(name)}`.execute(db)
  }
  const [secrets = '', bytes = ''] = quotaTriggers({
    ...config.quotas,
    ...{ secretsPerOrganization: 2, bytesPerOrganization: 20_000 },
  })
  for (const trigger of [secrets, bytes]) await sql.raw(trigger).execute(db)
  const set = (name: string, size: number) =>
    seen(
      other.request(`/api/v2/org/lowered/secret/${name}`, {
        form: { type: 'DATA', data: file('x'.repeat(size)) },
      }),
    )
  expect(await set('third', 8_000)).toEqual(OK)
  expect((await set('third', 9_000)).status).toBe(400)
  const remove = (name: string) => seen(other.request(`/api/v1/org/lowered/secret/${name}`, { method: 'DELETE' }))
  expect(await remove('first')).toEqual(OK)
  expect(await set('third', 9_000)).toEqual(OK)
  await other.close()
})

test('limits projects, repositories and teams of an organization', async () => {
  await givenOwnOrg('things')
  expect(await send('/things/project', { name: 'one' })).toEqual(OK)
  expect(await send('/things/project', { name: 'two' })).toEqual(OK)
  expect(await send('/things/project', { name: 'three' })).toEqual(has('2 projects', 'PROJECTS_PER_ORGANIZATION'))
  expect(await send('/things/project', { name: 'one', description: 'an update' })).toEqual(OK)

  const repository = (name: string) => ({ name, url: 'https://example.com/r.git', branch: 'main' })
  const tooMany = has('2 repositories', 'REPOSITORIES_PER_ORGANIZATION')
  expect(await send('/things/project/one/repository', repository('first'))).toEqual(OK)
  expect(await send('/things/project/two/repository', repository('second'))).toEqual(OK)
  expect(await send('/things/project/two/repository', repository('third'))).toEqual(tooMany)
  const repositories = { a: repository('aaa'), b: repository('bbb') }
  expect(await send('/things/project', { name: 'two', repositories })).toEqual(tooMany)
  expect(await send('/things/project', { name: 'two', repositories: { a: repository('aaa') } })).toEqual(OK)

  expect(await send('/things/team', { name: 'second' })).toEqual(OK)
  expect(await send('/things/team', { name: 'third' })).toEqual(has('2 teams', 'TEAMS_PER_ORGANIZATION'))
})

test('limits organizations, API keys and process sessions of a user', async () => {
  const owner = await givenUser(server, 'owner', 'concordAdmin')
  const organization = (name: string, owned: object = {}) => send('', { name, ...owned }, 'POST', owner.key)
  expect(await organization('own-1')).toEqual(OK)
  expect(await organization('own-2')).toEqual(OK)
  expect(await organization('own-3')).toEqual(userHas('2 organizations', 'ORGANIZATIONS_PER_USER'))
  expect(await organization('own-3', { owner: { id: member.id } })).toEqual(OK)
  expect(await organization('own-3', { owner: { id: owner.id } })).toEqual(
    userHas('2 organizations', 'ORGANIZATIONS_PER_USER'),
  )

  const key = (version: string, name: string) =>
    seen(server.request(`/api/${version}/apikey`, { as: member.key, json: { name } }))
  expect(await key('v1', 'second')).toEqual(OK)
  expect(await key('v2', 'third')).toEqual(OK)
  for (const version of ['v1', 'v2']) {
    expect(await key(version, 'fourth')).toEqual(userHas('3 API keys', 'API_KEYS_PER_USER'))
  }
  expect(await key('v2', 'third')).toEqual(OK)

  const org = await givenOwnOrg('processes')
  await givenProject(server, org, 'project')
  await server.services.db.updateTable('projects').set({ ownerId: member.id }).where('orgId', '=', org.id).execute()
  const json = { orgName: 'processes', projectName: 'project' }
  const open = () => seen(server.request('/api/x/v1/process-session', { as: member.key, json }))
  expect([(await open()).status, (await open()).status]).toEqual([200, 200])
  expect(await open()).toEqual(userHas('2 process sessions', 'PROCESS_SESSIONS_PER_USER'))
})

test('a refusal is cheap, however full the organization is', async () => {
  const attack = async () => {
    for (let i = 0; i < 20; i++) await create('secrets', `more-${i}`)
  }
  expect(await longestStandstill(attack)).toBeLessThan(100)
})
