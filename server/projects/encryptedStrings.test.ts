import { afterAll, beforeAll, expect, test } from 'vitest'
import { validation } from '../../tests/support/secrets.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { decryptForProject, MOST_ENCRYPTED_BYTES } from './encryptedStrings.ts'

let server: TestServer
let member: { id: string; key: string }
let outsider: { id: string; key: string }
let project: { id: string }
let other: { id: string }

beforeAll(async () => {
  server = await startTestServer()
  member = await givenUser(server, 'member')
  outsider = await givenUser(server, 'outsider')
  const org = await givenOrg(server, 'acme')
  await givenTeam(server, org, 'team', [member])
  project = await givenProject(server, org, 'project')
  other = await givenProject(server, org, 'other')
  await givenProject(server, org, 'closed', 'PRIVATE')
})
afterAll(() => server.close())

const encrypt = (text: string, { as = member.key, name = 'project', headers = {} } = {}) =>
  server.request(`/api/v1/org/acme/project/${name}/encrypt`, { as, text, headers })
const encrypted = async (text: string) => Buffer.from((await (await encrypt(text)).json()).data, 'base64')
const decrypt = (bytes: Buffer, { id } = project) => decryptForProject(server.services, id, bytes)
const refusal = async (bytes: Buffer, of = project) =>
  decrypt(bytes, of).then(
    () => 'no refusal',
    (error) => `${error.status} ${error.message}`,
  )

test('a string is encrypted for members who may read the project, and comes back', async () => {
  for (const text of ['clear text', '', 'žluťoučký kůň\n']) {
    const answer = await encrypt(text)
    expect(answer.status).toBe(200)
    const body = await answer.json()
    expect(body).toEqual({ ok: true, data: expect.stringMatching(/^[0-9A-Za-z+/]+=*$/) })
    expect((await decrypt(Buffer.from(body.data, 'base64'))).toString()).toBe(text)
  }
  expect((await encrypt('x', { as: ADMIN_KEY, name: 'closed' })).status).toBe(200)
})

test('two first requests at once agree on the key', async () => {
  const both = await Promise.all(['one', 'two'].map((text) => encrypt(text, { name: 'other' })))
  for (const [i, answer] of both.entries()) {
    const bytes = Buffer.from((await answer.json()).data, 'base64')
    expect((await decrypt(bytes, other)).toString()).toBe(['one', 'two'][i])
  }
})

test('others get 403, a missing project 404, a bad name and a wrong content type their errors', async () => {
  const strangers = await encrypt('x', { as: outsider.key })
  expect([strangers.status, await strangers.text()]).toEqual([
    403,
    "The current user (outsider) doesn't belong to the specified organization: acme",
  ])
  const closed = await encrypt('x', { name: 'closed' })
  expect([closed.status, await closed.text()]).toEqual([
    403,
    "The current user (member) doesn't have the necessary access level (READER) to the project: closed",
  ])
  const missing = await encrypt('x', { name: 'nope' })
  expect([missing.status, await missing.text()]).toEqual([404, 'Project not found: nope'])
  const bad = await encrypt('x', { name: 'a%20b' })
  expect(bad.status).toBe(validation('').status)
  expect((await bad.json())[0].id).toBe('ProjectResource.encrypt.arg1')
  expect((await encrypt('x', { headers: { 'Content-Type': 'application/json' } })).status).toBe(415)
})

test("decrypting refuses other projects' strings, changed ones, what is no such string, and too much", async () => {
  const bytes = await encrypted('clear text')
  const wrong = '400 Decrypt error: Please verify that the value is correct and is encrypted using the correct project'
  expect(await refusal(bytes, other)).toBe(wrong)
  bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20)
  expect(await refusal(bytes)).toBe(wrong)
  expect(await refusal(Buffer.from('plain'))).toBe(
    '400 Decrypt error: Invalid encrypted value, please verify that the value is a correct encrypted string',
  )
  expect(await refusal(Buffer.alloc(MOST_ENCRYPTED_BYTES + 1, 1))).toBe('400 Value too big, limit: 102400')
  expect(await refusal(Buffer.alloc(MOST_ENCRYPTED_BYTES, 1))).toBe(wrong)
})

test('the key goes with its project', async () => {
  const { db } = server.services
  const keys = () => db.selectFrom('projectKeys').select('projectId').where('projectId', '=', other.id).execute()
  expect(await keys()).toHaveLength(1)
  await db.deleteFrom('projects').where('id', '=', other.id).execute()
  expect(await keys()).toHaveLength(0)
})
