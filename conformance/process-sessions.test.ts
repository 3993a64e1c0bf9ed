import { describe, expect, test } from 'vitest'
import { admin, anonymous, basic, Caller, withHeaders } from './lib/caller.ts'
import {
  expectEmpty,
  expectJson,
  expectResult,
  expectSecretForbidden,
  expectText,
  expectUnauthorized,
  jsonOf,
} from './lib/expect.ts'
import { server } from './lib/server.ts'
import { made, newWorld, UNKNOWN_ID, UUID } from './lib/world.ts'

/*
 * concord-api §2.2: session tokens. Concord gives one to each process that it runs; here, clients open a *process
 * session* for a process that runs elsewhere, with our own paths (docs/ci-job.md).
 */

const SESSIONS = '/api/x/v1/process-session'
const WHOAMI = '/api/service/console/whoami'
const BINARY = 'application/octet-stream'
const MAX_BYTES = 102_400

describe.runIf(server.processSessions)('a process session', async () => {
  if (!server.processSessions) return
  const world = newWorld('process')
  const [bot, reader] = [await world.user('bot'), await world.user('reader')]
  const org = await world.org('org')
  const bots = await world.team(org, 'bots', { MEMBER: [bot] })
  const readers = await world.team(org, 'readers', { MEMBER: [reader] })
  const project = await world.project(org, 'project', { visibility: 'PRIVATE' })
  const other = await world.project(org, 'other', { visibility: 'PRIVATE' })
  for (const { name } of [project, other]) {
    const json = [
      { teamId: bots.id, level: 'WRITER' },
      { teamId: readers.id, level: 'READER' },
    ]
    made(await admin.post(`${org.v1}/project/${name}/access/bulk`, { json }))
  }
  const scoped = await world.secret(org, { projectIds: project.id })
  const foreign = await world.secret(org, { projectIds: other.id })

  const open = (as: Caller = bot, projectName = project.name, more = {}) =>
    as.post(SESSIONS, { json: { orgName: org.name, projectName, ttl: 600, ...more } })
  const withToken = (token: string) => new Caller({ 'X-Concord-SessionToken': token })
  async function opened(projectName?: string) {
    const { instanceId, sessionToken } = made(await open(bot, projectName))
    return { id: instanceId as string, token: sessionToken as string, caller: withToken(sessionToken) }
  }

  test('can be opened by users with WRITER on the project', async () => {
    expectJson(await open(), {
      ...{ instanceId: expect.stringMatching(UUID), sessionToken: expect.stringMatching(/^\S{20,}$/) },
      expiresAt: expect.stringMatching(/^\d{4}-.+Z$/),
    })
  })
  test('cannot be opened by users with READER only', async () => {
    expectText(
      await open(reader),
      403,
      `The current user (${reader.name}) doesn't have the necessary access level (WRITER) to the project: project`,
    )
  })
  test('cannot be opened by another one', async () => {
    const { caller } = await opened()
    expectText(await open(caller), 403, 'A process session cannot open another one')
  })
  test('cannot be opened without credentials', async () =>
    expectUnauthorized(await open(anonymous), { challenge: true }))

  test('acts as the user who opened it, in the realm sessionkey', async () => {
    const { caller } = await opened()
    expect(jsonOf(await caller.get(WHOAMI))).toMatchObject({ realm: 'sessionkey', username: bot.name })
  })
  test('can send its token as the user name of Basic, with an empty password', async () => {
    const { token } = await opened()
    expect(jsonOf(await withHeaders({ Authorization: basic(token, '') }).get(WHOAMI)).realm).toBe('sessionkey')
  })
  test('never becomes a session of a browser', async () => {
    const { token } = await opened()
    const answer = await withToken(token).get(WHOAMI, {
      headers: { 'X-Concord-EnableSession': 'true', 'X-Concord-RememberMe': 'true' },
    })
    expect(answer.status).toBe(200)
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })
  test('reads the secrets of its project, and no other’s', async () => {
    const { caller } = await opened()
    expect((await caller.post(`${scoped.v1}/data`, { form: {} })).text).toBe('value')
    expectText(
      await caller.post(`${foreign.v1}/data`, { form: {} }),
      403,
      `Project-scoped secrets can only be accessed within the project they belong to. Secret: ${foreign.name}`,
    )
    const { caller: elsewhere } = await opened(other.name)
    expect((await elsewhere.post(`${foreign.v1}/data`, { form: {} })).text).toBe('value')
  })
  test('reads no secret that its user cannot', async () => {
    const secret = await world.secret(org, { projectIds: project.id, visibility: 'PRIVATE' })
    const { caller } = await opened()
    expectSecretForbidden(await caller.post(`${secret.v1}/data`, { form: {} }), 'READER', secret.name)
  })
  test('has PROCESS and its id in the audit log', async () => {
    const { id, caller } = await opened()
    made(await caller.post(scoped.v1, { json: {} }))
    const query = { 'details.secretId': scoped.id, action: 'UPDATE', limit: 1 }
    const [{ details, user }] = jsonOf(await admin.get('/api/v1/audit', { query }))
    expect(details.actionSource).toEqual({ type: 'PROCESS', instanceId: id })
    expect(user.username).toBe(bot.name)
  })

  test('can be ended, also by its own token: then it is a 401', async () => {
    const { id, caller } = await opened()
    expectResult(await caller.delete(`${SESSIONS}/${id}`), 'DELETED')
    expectUnauthorized(await caller.get(WHOAMI), { challenge: false })
    expectText(await bot.delete(`${SESSIONS}/${id}`), 404, 'Process instance not found')
  })
  test.each<[string, Caller]>([
    ['its user', bot],
    ['an admin', admin],
  ])('can be ended by %s', async (_, as) => {
    const { id, caller } = await opened()
    expectResult(await as.delete(`${SESSIONS}/${id}`), 'DELETED')
    expectUnauthorized(await caller.get(WHOAMI), { challenge: false })
  })
  test('cannot be ended by another user', async () => {
    const { id, caller } = await opened()
    expectText(
      await reader.delete(`${SESSIONS}/${id}`),
      403,
      `The current user (${reader.name}) did not open this process session`,
    )
    expect((await caller.get(WHOAMI)).status).toBe(200)
  })
  test('ends with its user', async () => {
    const leaver = await world.user('leaver')
    await world.team(org, 'leavers', { OWNER: [leaver] })
    const own = await world.project(org, 'own', {}, leaver)
    const { sessionToken } = made(await open(leaver, own.name))
    expect((await withToken(sessionToken).get(WHOAMI)).status).toBe(200)
    made(await admin.put(`/api/v1/user/${leaver.id}/disable`))
    expectUnauthorized(await withToken(sessionToken).get(WHOAMI), { challenge: false })
  })

  describe('decrypts', () => {
    const encrypt = async (text: string, name = project.name) =>
      Buffer.from(
        made(await bot.post(`${org.v1}/project/${name}/encrypt`, { body: text, type: 'text/plain' })).data,
        'base64',
      )
    const decrypt = (id: string, as: Caller, body: Buffer) =>
      as.post(`/api/v1/process/${id}/decrypt`, { body, type: BINARY })

    test.each(['hello', '', 'grüße, 世界\n', 'x'.repeat(5000)])(
      'strings encrypted for its project: "%s"',
      async (text) => {
        const { id, caller } = await opened()
        expect(await decrypt(id, caller, await encrypt(text))).toMatchObject({ status: 200, type: BINARY, text })
      },
    )
    test('no strings of another project', async () => {
      const { id, caller } = await opened()
      const answer = await decrypt(id, caller, await encrypt('hello', other.name))
      const words = 'Please verify that the value is correct and is encrypted using the correct project'
      expectText(answer, 400, `Decrypt error: ${words}`)
    })
    test('nothing larger than 102400 bytes', async () => {
      const { id, caller } = await opened()
      expectText(await decrypt(id, caller, Buffer.alloc(MAX_BYTES + 1)), 400, `Value too big, limit: ${MAX_BYTES}`)
    })
    test('nothing for a process that does not exist', async () => {
      const { caller } = await opened()
      expectText(await decrypt(UNKNOWN_ID, caller, Buffer.alloc(40)), 404, 'Process instance not found')
    })
    test('for no other process', async () => {
      const [{ id }, { caller }] = [await opened(), await opened()]
      expectText(
        await decrypt(id, caller, await encrypt('hello')),
        403,
        'Only the process itself can do that, with its session token',
      )
    })
    test('for nobody else, not even who opened it', async () => {
      const { id } = await opened()
      expectText(
        await decrypt(id, bot, await encrypt('hello')),
        403,
        'Only the process itself can do that, with its session token',
      )
    })
    test('only bytes: anything else is a 415', async () => {
      const { id, caller } = await opened()
      expectEmpty(await caller.post(`/api/v1/process/${id}/decrypt`, { json: 'x' }), 415)
    })
  })
})
