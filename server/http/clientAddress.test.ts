import { afterAll, beforeAll, expect, test } from 'vitest'
import { basic, givenUserWithPassword, WHOAMI } from '../../tests/support/signIn.ts'
import { ADMIN_KEY, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { networkOf, readNetworks, siteOf } from '../addresses.ts'
import { readConfig } from '../config.ts'

let alone: TestServer
let behindProxy: TestServer

beforeAll(async () => {
  alone = await startTestServer()
  behindProxy = await startTestServer({ TRUSTED_PROXY: '127.0.0.1, 10.1.0.0/16,fd00::/8' })
})
afterAll(async () => {
  await alone.close()
  await behindProxy.close()
})

const send = ({ app }: TestServer, peer: string | undefined, forwarded?: string, as = ADMIN_KEY) =>
  app.request(
    WHOAMI,
    { headers: { Authorization: as, ...(forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded }) } },
    { incoming: { socket: { remoteAddress: peer } } as never },
  )

/** The client of a request, as in the audit log. */
async function clientOf(server: TestServer, peer: string | undefined, forwarded?: string) {
  expect((await send(server, peer, forwarded)).status).toBe(200)
  const { db } = server.services
  const row = await db.selectFrom('auditLog').select('details').orderBy('seq', 'desc').executeTakeFirstOrThrow()
  return JSON.parse(row.details).requestIp
}

test.each([
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['127.0.0.1', '203.0.113.5', '127.0.0.1'],
  ['203.0.113.9', '203.0.113.5', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.5', '203.0.113.9'],
])('without a trusted proxy, %s with X-Forwarded-For %s is %s', async (peer, forwarded, client) => {
  expect(await clientOf(alone, peer, forwarded)).toBe(client)
})

test.each([
  ['says nothing', '127.0.0.1', undefined, '127.0.0.1'],
  ['names the client', '127.0.0.1', '203.0.113.5', '203.0.113.5'],
  ['is seen as IPv6', '::ffff:127.0.0.1', '203.0.113.5', '203.0.113.5'],
  ['forwards what the client forged', '127.0.0.1', '10.1.0.1, 198.51.100.1, 203.0.113.5', '203.0.113.5'],
  ['is behind another trusted one', '127.0.0.1', '198.51.100.1, 203.0.113.5, 10.1.2.3', '203.0.113.5'],
  ['is behind trusted ones only', 'fd00::1', '10.1.0.4,10.1.0.5', '10.1.0.4'],
  ['is not trusted', '10.2.0.1', '203.0.113.5', '10.2.0.1'],
  ['is behind one that is not trusted', '127.0.0.1', '203.0.113.5, 10.2.0.1', '10.2.0.1'],
  ['writes IPv6', '127.0.0.1', '2001:DB8:0::7', '2001:db8::7'],
  ['writes IPv6 with a port', '127.0.0.1', '[2001:db8::7]:4711', '2001:db8::7'],
  ['writes a port', '127.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
  ['writes IPv4 as IPv6', '127.0.0.1', '::ffff:203.0.113.5', '203.0.113.5'],
  ['writes junk', '127.0.0.1', '203.0.113.5, unknown', '127.0.0.1'],
  ['writes something like an address', '127.0.0.1', '203.0.113.500', '127.0.0.1'],
  ['writes empty entries', '127.0.0.1', '203.0.113.5,,', '127.0.0.1'],
  ['writes junk before the client', '127.0.0.1', '<script>, 203.0.113.5', '203.0.113.5'],
  ['has disconnected', undefined, '203.0.113.5', 'unknown'],
])('a proxy that %s: %s with X-Forwarded-For %s is %s', async (_, peer, forwarded, client) => {
  expect(await clientOf(behindProxy, peer, forwarded)).toBe(client)
})

test('behind a trusted proxy, throttles only the guesser, who cannot throttle others with a forged header', async () => {
  const { username } = await givenUserWithPassword(behindProxy, 'someone')
  const guess = (forwarded: string) => send(behindProxy, '127.0.0.1', forwarded, basic(username, 'wrong'))
  const guesses = Array.from({ length: 20 }, (_, i) => guess(`198.51.100.${i}, 203.0.113.5`))
  for (const { status } of await Promise.all(guesses)) expect(status).toBe(401)
  expect((await guess('203.0.113.6, 203.0.113.5')).status).toBe(429)
  expect((await guess('203.0.113.5, 203.0.113.6')).status).toBe(401)
})

test('only a trusted proxy can set the host name that the browser used', async () => {
  const statusOf = async ({ app }: TestServer, remoteAddress: string) => {
    const headers = { Authorization: basic('nobody', ''), Origin: 'https://a.proxy', 'X-Forwarded-Host': 'a.proxy:443' }
    const request = { method: 'POST', headers: { Host: 'here:8080', ...headers } }
    return (await app.request(WHOAMI, request, { incoming: { socket: { remoteAddress } } as never })).status
  }
  expect(await statusOf(behindProxy, '127.0.0.1')).toBe(401)
  expect(await statusOf(behindProxy, '::ffff:10.1.2.3')).toBe(401)
  expect(await statusOf(behindProxy, '203.0.113.9')).toBe(403)
  expect(await statusOf(alone, '127.0.0.1')).toBe(403)
})

test.each([
  ['192.0.2.7', '192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:db8::7', '2001:db8:0:0::/64', '2001:db8:0::/48'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:db8:0:1:1::', '2001:db8:0:1::/64', '2001:db8:0::/48'],
  ['::1', '0:0:0:0::/64', '0:0:0::/48'],
  ['::', '0:0:0:0::/64', '0:0:0::/48'],
  ['unknown', 'unknown', 'unknown'],
])('%s is in the network %s and the site %s', (address, network, site) => {
  expect([networkOf(address), siteOf(address)]).toEqual([network, site])
})

test.each(['127.0.0.1', '::1', '10.0.0.0/8', '10.0.0.7 , fd00::/8', '0.0.0.0/0'])('accepts %j', (text) => {
  expect(readNetworks(text)).toBeDefined()
  expect(readConfig({ TRUSTED_PROXY: text }).trustedProxies).toBeDefined()
})

test.each(['localhost', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.7,', '10.0.0', '10.0.0.0/8/8', '/8'])(
  'rejects %j',
  (text) => {
    expect(() => readConfig({ TRUSTED_PROXY: text })).toThrow('TRUSTED_PROXY must be addresses or networks')
  },
)
