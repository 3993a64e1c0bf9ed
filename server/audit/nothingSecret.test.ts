import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { file, utf8 } from '../../tests/support/secrets.ts'
import { basic, REMEMBER, WHOAMI } from '../../tests/support/signIn.ts'
import { givenOrg, givenProject, givenUser, startTestServer } from '../../tests/support/testServer.ts'
import { createLog } from '../log.ts'
import { addUser } from '../users/builtIn.ts'

/** Each with a letter that base64 and hex do not hide: the test searches for these bytes. */
const MARK = 'mArKeR'
const password = (name: string) => `${MARK}-${name}-Passw0rd!`
const marked = (name: string) => `${MARK}-${name}`
const base64 = (text: string) => Buffer.from(text).toString('base64')

test('the database, the log and audit entries contain no value, password, key or token', async () => {
  const lines: string[] = []
  const server = await startTestServer()
  // Everything that the log can contain.
  server.services.log = Object.assign(
    server.services.log,
    createLog('debug', (line) => lines.push(line)),
  )
  const org = await givenOrg(server, 'acme')
  await givenProject(server, org, 'project')
  const user = await givenUser(server, 'joe', 'concordAdmin')
  const secrets: string[] = [user.key]
  const SECRET = '/api/v1/org/acme/secret'
  const expectOk = async (answer: Response | Promise<Response>) => {
    const { status } = await answer
    expect(status).toBe(200)
  }
  const create = (fields: Record<string, string | Blob>) =>
    expectOk(server.request(SECRET, { as: user.key, form: { visibility: 'PRIVATE', ...fields } }))
  const update = (name: string, form: Record<string, string | Blob>) =>
    server.request(`/api/v2/org/acme/secret/${name}`, { as: user.key, form: { visibility: 'PRIVATE', ...form } })

  await create({ name: 'data', type: 'DATA', data: file(marked('data')) })
  await create({
    name: 'login',
    type: 'USERNAME_PASSWORD',
    username: marked('user'),
    password: utf8(password('login')),
  })
  const pair = { public: file(marked('public')), private: file(marked('private')) }
  await create({ name: 'pair', type: 'KEY_PAIR', ...pair })
  const storePassword = password('store')
  await create({ name: 'locked', type: 'DATA', data: file(marked('locked')), storePassword })

  await expectOk(update('data', { type: 'DATA', data: file(marked('new')) }))
  await expectOk(update('locked', { storePassword, newStorePassword: password('next') }))
  const json = { data: base64(marked('v1')), visibility: 'PRIVATE' }
  await expectOk(server.request(`${SECRET}/data`, { as: user.key, json }))
  await expectOk(server.request(`${SECRET}/login/data`, { as: user.key, form: {} }))

  // Failures too: they must not quote the input.
  await update('locked', { type: 'DATA', data: file(marked('x')), storePassword: password('wrong') })
  await server.request(`${SECRET}/locked/data`, { as: user.key, form: { storePassword: password('wrong') } })
  await server.request(SECRET, {
    as: user.key,
    form: { name: 'bad', type: 'DATA', data: marked('bad'), storePassword: MARK },
  })
  await server.request(`${SECRET}/data`, { as: user.key, json: { data: `${marked('v1')}!` } })
  await server.request(WHOAMI, { as: basic('nobody', password('nobody')) })

  await addUser(server.services.db, { username: 'sue', password: password('built-in'), admin: false, apiKey: false })
  const signedIn = await server.request(WHOAMI, { as: basic('sue', password('built-in')), headers: REMEMBER })
  for (const cookie of signedIn.headers.getSetCookie()) secrets.push(/=([^;]*)/.exec(cookie)?.[1] ?? '')
  const key = await server.request('/api/v1/apikey', { as: user.key, json: { key: base64(marked('key')) } })
  secrets.push((await key.json()).key)
  const made = await server.request('/api/v1/apikey', { as: user.key, json: {} })
  secrets.push((await made.json()).key)
  const names = { orgName: 'acme', projectName: 'project' }
  const session = await server.request('/api/x/v1/process-session', { as: user.key, json: names })
  secrets.push((await session.json()).sessionToken)
  const encrypted = await server.request('/api/v1/org/acme/project/project/encrypt', {
    ...{ as: user.key, text: marked('string') },
  })
  secrets.push((await encrypted.json()).data)

  const bytes = readdirSync(server.dataDir).map((name) => readFileSync(join(server.dataDir, name)))
  const everything = Buffer.concat([...bytes, Buffer.from(lines.join('\n'))])
  // Check the test itself: clear text is found there, because the write-ahead log is read too.
  for (const name of ['locked', 'sue', 'joe']) expect(everything.includes(name)).toBe(true)
  expect(lines.length).toBeGreaterThan(15)

  const forms = [
    MARK,
    base64(MARK),
    Buffer.from(MARK).toString('hex'),
    ...secrets.filter((secret) => secret.length > 9),
  ]
  expect(secrets.length).toBeGreaterThan(6)
  expect(forms.filter((form) => everything.includes(form))).toEqual([])
  await server.close()
})
