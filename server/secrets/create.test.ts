import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenSecret, seen, text } from '../../tests/support/secrets.ts'
import { givenOrg, givenTeam, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { generateKeyPair } from '../vault/keyPair.ts'
import { PASSWORD_COST } from '../vault/password.ts'

let server: TestServer
let member: { id: string; key: string }
const path = '/api/v1/org/acme/secret'
const SMALL = { type: 'DATA', data: 'value' }

beforeAll(async () => {
  // As slow as real ones, so that a crowd of requests has to wait.
  server = await startTestServer({}, PASSWORD_COST)
  const org = await givenOrg(server, 'acme')
  member = await givenUser(server, 'alice')
  await givenTeam(server, org, 'team', [member])
  await givenSecret(server, org, 'taken')
})
afterAll(() => server.close())

const create = (form: Record<string, string | Blob>, as = member.key) => server.request(path, { as, form })
const read = async (name: string) => (await seen(server.request(`/api/v2/org/acme/secret/${name}`))).body

describe('the stored secret', () => {
  test('does not store a key if its user left the organization while it was generated', async () => {
    const leaver = await givenUser(server, 'leaver')
    await givenTeam(server, { id: (await read('taken')).orgId }, 'leavers', [leaver])
    expect((await create({ ...SMALL, name: 'before' }, leaver.key)).status).toBe(200)
    // Keys are generated one after the other, and the request's comes last.
    const others = Array.from({ length: 2 }, () => generateKeyPair())
    const answer = seen(create({ type: 'KEY_PAIR', name: 'too-late' }, leaver.key))
    await others[0]
    await server.services.db.deleteFrom('teamUsers').where('userId', '=', leaver.id).execute()
    expect(await answer).toEqual(
      text(403, "The current user (leaver) doesn't belong to the specified organization: acme"),
    )
    await Promise.all(others)
    expect((await seen(server.request('/api/v2/org/acme/secret/too-late'))).status).toBe(404)
  })

  test('a user with many slow requests gets a Retry-After, and others do not wait for them', async () => {
    const gone = new AbortController()
    const crowd = Array.from({ length: 60 }, (_, i) => {
      const body = new FormData()
      const fields = { ...SMALL, name: `crowd-${i}`, generatePassword: 'true' }
      for (const [name, value] of Object.entries(fields)) body.append(name, value)
      return server.app.request(path, {
        ...{ method: 'POST', body, signal: gone.signal },
        headers: { Authorization: member.key },
      })
    })
    const busy = await Promise.any(crowd.map(async (answer) => ((await answer).status === 429 ? answer : never())))
    expect(busy.headers.get('Retry-After')).toBe('15')
    const { key } = await givenUser(server, 'calm', 'concordAdmin')
    expect((await create({ ...SMALL, name: 'calm', generatePassword: 'true' }, key)).status).toBe(200)
    gone.abort()
    const made = (await Promise.all(crowd)).filter(({ status }) => status === 200)
    expect(made.length).toBeLessThan(20)
    const list = await seen(server.request(`${path}?filter=crowd-`))
    expect(list.body).toHaveLength(made.length)
  })
})

const never = () => Promise.reject(new Error('not busy'))
