import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { decryptForProject, MAX_ENCRYPTED_BYTES } from './encryptedStrings.ts'

let server: TestServer
let member: { id: string; key: string }
let project: { id: string }
let other: { id: string }

beforeAll(async () => {
  server = await startTestServer()
  member = await givenUser(server, 'member')
  const org = await givenOrg(server, 'acme')
  await givenTeam(server, org, 'team', [member])
  project = await givenProject(server, org, 'project')
  other = await givenProject(server, org, 'other')
})
afterAll(() => server.close())

const encrypt = (text: string, name = 'project') =>
  server.request(`/api/v1/org/acme/project/${name}/encrypt`, { as: member.key, text })
const encrypted = async (text: string) => Buffer.from((await (await encrypt(text)).json()).data, 'base64')
const decrypt = (bytes: Buffer, { id } = project) => decryptForProject(server.services, id, bytes)
const refusal = async (bytes: Buffer, of = project) =>
  decrypt(bytes, of).then(
    () => 'no refusal',
    (error) => `${error.status} ${error.message}`,
  )

test('two concurrent first requests use the same key', async () => {
  const both = await Promise.all(['one', 'two'].map((text) => encrypt(text, 'other')))
  for (const [i, answer] of both.entries()) {
    const bytes = Buffer.from((await answer.json()).data, 'base64')
    expect((await decrypt(bytes, other)).toString()).toBe(['one', 'two'][i])
  }
})

test("does not decrypt other projects' strings, changed ones, other data, or too much", async () => {
  const bytes = await encrypted('clear text')
  const wrong = '400 Decrypt error: Please verify that the value is correct and is encrypted using the correct project'
  expect(await refusal(bytes, other)).toBe(wrong)
  bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20)
  expect(await refusal(bytes)).toBe(wrong)
  expect(await refusal(Buffer.from('plain'))).toBe(
    '400 Decrypt error: Invalid encrypted value, please verify that the value is a correct encrypted string',
  )
  expect(await refusal(Buffer.alloc(MAX_ENCRYPTED_BYTES + 1, 1))).toBe('400 Value too big, limit: 102400')
  expect(await refusal(Buffer.alloc(MAX_ENCRYPTED_BYTES, 1))).toBe(wrong)
})

test('the key is deleted with its project', async () => {
  const { db } = server.services
  const keys = () => db.selectFrom('projectKeys').select('projectId').where('projectId', '=', other.id).execute()
  expect(await keys()).toHaveLength(1)
  await db.deleteFrom('projects').where('id', '=', other.id).execute()
  expect(await keys()).toHaveLength(0)
})
