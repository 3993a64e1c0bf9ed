import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { PASSWORD_COST } from '../vault/password.ts'
import { SAMPLE_STORE_PASSWORD } from './sampleData.ts'
import { SAMPLE_ORGS } from './sampleTables.ts'
import { welcome } from './welcome.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ SAMPLE_DATA: 'on', PROJECTS_PER_ORGANIZATION: '1' })
})
afterAll(() => server.close())

const YEAR = 365 * 86_400_000
const get = async (path: string, as?: string) => (await server.request(path, as ? { as } : {})).json()
const credentialsOf = (name: string) =>
  server.services.firstRun?.credentials.find(({ username }) => username === name) ?? { password: '', apiKey: '' }

test('is created quickly enough for a first start', async () => {
  const before = process.cpuUsage()
  const real = await startTestServer({ SAMPLE_DATA: 'on' }, PASSWORD_COST)
  const spent = process.cpuUsage(before)
  await real.close()
  // In seconds of CPU time, which is independent of the machine's load; about two in all, over two cores, on an idle
  // machine.
  expect((spent.user + spent.system) / 1e6).toBeLessThan(8)
})

test('has four organizations, one of them private, and about sixty secrets of every kind and protection', async () => {
  const { db } = server.services
  const orgs = await db.selectFrom('orgs').selectAll().where('name', 'in', Object.keys(SAMPLE_ORGS)).execute()
  expect(orgs.map(({ visibility }) => visibility).sort()).toEqual(['PRIVATE', 'PUBLIC', 'PUBLIC', 'PUBLIC'])

  const secrets = await db.selectFrom('secrets').selectAll().execute()
  expect(secrets).toHaveLength(60)
  const kinds = new Set(secrets.map(({ type, encryptedBy, visibility }) => `${type} ${encryptedBy} ${visibility}`))
  for (const type of ['KEY_PAIR', 'USERNAME_PASSWORD', 'DATA']) {
    for (const rest of ['SERVER_KEY PRIVATE', 'SERVER_KEY PUBLIC', 'PASSWORD PRIVATE']) {
      expect(kinds).toContain(`${type} ${rest}`)
    }
  }
  const ages = secrets.map(({ createdAt }) => Date.now() - Date.parse(createdAt))
  expect(Math.min(...ages)).toBeLessThan(YEAR / 12)
  expect(Math.max(...ages)).toBeGreaterThan(2.9 * YEAR)
  expect(secrets.filter(({ lastUpdatedAt }) => lastUpdatedAt).length).toBeGreaterThan(10)
  for (const { createdAt, lastUpdatedAt } of secrets)
    expect(lastUpdatedAt === null || lastUpdatedAt > createdAt).toBe(true)
})

test('every value opens with the server key or with the printed store password', async () => {
  const secrets = await server.services.db
    .selectFrom('secrets')
    .innerJoin('orgs', 'orgs.id', 'secrets.orgId')
    .select(['secrets.name', 'orgs.name as orgName', 'encryptedBy'])
    .execute()
  for (const { name, orgName, encryptedBy } of secrets) {
    const storePassword = encryptedBy === 'PASSWORD' ? SAMPLE_STORE_PASSWORD : ''
    const projects = SAMPLE_ORGS[orgName]?.secrets.find((secret) => secret.name === name)?.projects ?? []
    // Only processes of its projects can open a secret with projects.
    const path = `/api/v1/org/${orgName}/secret/${name}/data`
    const { status } = await server.request(path, { form: { storePassword } })
    expect({ name, status }).toEqual({ name, status: projects.length > 0 ? status : 200 })
  }
})

test('may exceed the quotas, which count from then on', async () => {
  const { db } = server.services
  const projects = await db
    .selectFrom('projects')
    .innerJoin('orgs', 'orgs.id', 'projects.orgId')
    .select('projects.id')
    .where('orgs.name', '=', 'acme')
    .execute()
  expect(projects.length).toBeGreaterThan(1)
  const answer = await server.request('/api/v1/org/acme/project', { json: { name: 'one-too-many' } })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('PROJECTS_PER_ORGANIZATION')
})

test('has a secret used by more than five repositories, and a repository that cannot read its secret', async () => {
  const { db } = server.services
  const links = await db
    .selectFrom('repositories')
    .innerJoin('secrets', 'secrets.id', 'repositories.secretId')
    .select(['secrets.name', 'secrets.encryptedBy'])
    .execute()
  expect(links.filter(({ name }) => name === 'github-deploy-key').length).toBeGreaterThan(5)
  expect(links.filter(({ encryptedBy }) => encryptedBy === 'PASSWORD')).toHaveLength(1)
  const levels = await db.selectFrom('secretTeamAccess').select('level').distinct().execute()
  expect(levels.map(({ level }) => level).sort()).toEqual(['OWNER', 'READER', 'WRITER'])
  const roles = await db.selectFrom('teamUsers').select('role').distinct().execute()
  expect(roles.map(({ role }) => role).sort()).toEqual(['MAINTAINER', 'MEMBER', 'OWNER'])
})

test('the printed passwords and keys work, and the printed block is aligned', async () => {
  const { firstRun, config } = server.services
  if (!firstRun) throw new Error('This was the first run')
  for (const { username, password, apiKey } of firstRun.credentials) {
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    expect(await get('/api/service/console/whoami', basic)).toMatchObject({ username })
    if (apiKey) expect(await get('/api/service/console/whoami', apiKey)).toMatchObject({ username })
  }
  const rows = welcome(firstRun, config)
    .split('\n')
    .filter((line) => /^ {2}\S/.test(line))
  expect(rows).toHaveLength(5)
  const columns = rows.map((row) => row.search(/\S+$/))
  expect(rows[0]).toMatch(/^ {2}user +password +API key$/)
  expect(new Set(columns.slice(2)).size).toBe(1)
})

test('alice can move git-key from acme to platform; bob and carol cannot', async () => {
  const move = (name: string) =>
    server.request('/api/v1/org/acme/secret/git-key', {
      as: credentialsOf(name).apiKey ?? '',
      json: { orgName: 'platform' },
    })
  expect((await move('carol')).status).toBe(403)
  expect((await move('alice')).status).toBe(200)
  const moved = await get('/api/v2/org/platform/secret/git-key')
  expect(moved).toMatchObject({ orgName: 'platform', visibility: 'PRIVATE', projects: [] })
})
