import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import { SESSION } from '../../tests/support/signIn.ts'
import { givenOrg, givenProject, startTestServer } from '../../tests/support/testServer.ts'
import { readConfig } from '../config.ts'
import { lockDatabase } from '../db/open.ts'
import { closeDatabase } from '../db/writeAheadLog.ts'
import { decryptString } from '../vault/projectKey.ts'
import { changeMasterKey } from './changeMasterKey.ts'

const STORE_PASSWORD = 'Aa1Bb2Cc3'
const WHOAMI = '/api/service/console/whoami'

let folder: string
let copies = 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-master-key-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** SQLite holds the lock for the whole process, so the next one gets a copy. */
function copyOf(dataDir: string) {
  const copy = join(folder, `copy-${copies++}`)
  cpSync(dataDir, copy, { recursive: true })
  return copy
}

const configOf = (dataDir: string) => readConfig({ DATA_DIR: dataDir })

/** A stopped server's folder with a secret of each protection, an encrypted string and a session. */
async function givenFolder() {
  const dataDir = join(folder, 'first')
  const server = await startTestServer({ DATA_DIR: dataDir })
  const org = await givenOrg(server, 'acme')
  const plain = await givenSecret(server, org, 'plain', { value: Buffer.from('the value') })
  await givenSecret(server, org, 'locked', { value: Buffer.from('the locked value'), storePassword: STORE_PASSWORD })
  const project = await givenProject(server, org, 'storefront')
  const encrypt = await server.request('/api/v1/org/acme/project/storefront/encrypt', { text: 'the setting' })
  const encrypted: string = (await encrypt.json()).data
  const signedIn = await server.request(WHOAMI, { headers: { ...SESSION, 'X-Concord-RememberMe': 'true' } })
  const cookies = signedIn.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
  await closeDatabase(server.services.db)
  return { dataDir: copyOf(dataDir), ids: { plain: plain.id, project: project.id }, encrypted, cookies }
}

const read = async (server: Awaited<ReturnType<typeof startTestServer>>, name: string, storePassword = '') => {
  const answer = await server.request(`/api/v1/org/acme/secret/${name}/data`, { form: { storePassword } })
  return answer.status === 200 ? answer.text() : answer.status
}

test('everything opens with the new key, and nothing with the old one', async () => {
  const { dataDir, encrypted, cookies } = await givenFolder()
  const file = join(folder, 'new.key')
  const before = readFileSync(join(dataDir, 'concord.db'))
  expect(await changeMasterKey(configOf(dataDir), file)).toEqual({
    ...{ created: true, secrets: 1, projects: 1 },
    ...{ damaged: [], warnings: [] },
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(dataDir, 'concord.db')).equals(before)).toBe(false)

  await expect(startTestServer({ DATA_DIR: copyOf(dataDir) })).rejects.toThrow('does not match the data')
  const server = await startTestServer({ DATA_DIR: copyOf(dataDir), MASTER_KEY_FILE: file })
  try {
    expect(await read(server, 'plain')).toBe('the value')
    expect(await read(server, 'locked', STORE_PASSWORD)).toBe('the locked value')
    const { db, masterKey } = server.services
    const key = await db.selectFrom('projectKeys').selectAll().executeTakeFirstOrThrow()
    const projectKey = { masterKey, projectId: key.projectId, wrapped: Buffer.from(key.wrappedKey) }
    expect(decryptString(projectKey, Buffer.from(encrypted, 'base64'))?.toString()).toBe('the setting')

    // Everything opened with the old key has ended, the remember-me cookie too.
    expect(cookies).toHaveLength(2)
    for (const Cookie of cookies)
      expect((await server.request(WHOAMI, { as: '', headers: { Cookie } })).status).toBe(401)
    const events = await (await server.request('/api/x/v1/audit?event=master-key-changed')).json()
    expect(events).toMatchObject([{ object: 'SYSTEM', action: 'UPDATE', details: { secrets: 1, projects: 1 } }])
  } finally {
    await server.services.db.destroy()
  }
})

test('reports damaged keys, leaves them unchanged and continues', async () => {
  const { dataDir, ids } = await givenFolder()
  const db = lockDatabase(dataDir)
  const damaged = Buffer.from('damaged')
  await db.updateTable('secretValues').set({ wrappedKey: damaged }).where('secretId', '=', ids.plain).execute()
  await closeDatabase(db)
  const file = join(folder, 'new.key')
  const changed = await changeMasterKey(configOf(copyOf(dataDir)), file)
  expect(changed).toMatchObject({ secrets: 0, projects: 1, damaged: [ids.plain] })
})

test('handles more secrets than one statement reads', async () => {
  const dataDir = join(folder, 'first')
  const server = await startTestServer({ DATA_DIR: dataDir })
  const org = await givenOrg(server, 'acme')
  for (let i = 0; i < 501; i++) await givenSecret(server, org, `secret-${i}`, { value: Buffer.from(`value ${i}`) })
  await closeDatabase(server.services.db)
  const copy = copyOf(dataDir)
  const file = join(folder, 'new.key')
  expect(await changeMasterKey(configOf(copy), file)).toMatchObject({ secrets: 501 })
  const again = await startTestServer({ DATA_DIR: copyOf(copy), MASTER_KEY_FILE: file })
  for (const i of [0, 250, 499, 500]) expect(await read(again, `secret-${i}`)).toBe(`value ${i}`)
  await again.services.db.destroy()
})

test.each([
  ['the current key', 'master.key', 'is the file of the current key'],
  ['a copy of the current key', 'copy.key', 'belongs to the key in'],
  ['a file without a key', 'text.key', 'is not base64'],
])('rejects %s and changes nothing', async (_, name, words) => {
  const { dataDir } = await givenFolder()
  writeFileSync(join(dataDir, 'copy.key'), readFileSync(join(dataDir, 'master.key')))
  writeFileSync(join(dataDir, 'text.key'), 'no key!', { mode: 0o600 })
  await expect(changeMasterKey(configOf(dataDir), join(dataDir, name))).rejects.toThrow(words)
  const server = await startTestServer({ DATA_DIR: copyOf(dataDir) })
  expect(await read(server, 'plain')).toBe('the value')
  await server.services.db.destroy()
})

test('rejects a folder without data, and one with another key', async () => {
  const file = join(folder, 'new.key')
  await expect(changeMasterKey(configOf(join(folder, 'none')), file)).rejects.toThrow('There is no data')
  const { dataDir } = await givenFolder()
  const other = readConfig({ DATA_DIR: dataDir, MASTER_KEY: Buffer.alloc(32, 'x').toString('base64') })
  await expect(changeMasterKey(other, file)).rejects.toThrow('does not belong to the data')
})
