import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readConfig } from '../config.ts'
import { findEntry } from './ldap.ts'
import type { LdapConfig } from './ldapConfig.ts'

/** A directory that accepts connections and never responds. */
const sockets: Socket[] = []
const silent = createServer((socket) => {
  sockets.push(socket.on('error', () => {}))
})
let ldap: LdapConfig

beforeAll(async () => {
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const config = readConfig({ LDAP_URL: `ldap://127.0.0.1:${port}`, LDAP_SEARCH_BASE: 'dc=example,dc=org' })
  ldap = { ...(config.ldap as LdapConfig), timeout: 30_000 }
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  silent.close()
})

test('known users do not wait for a directory behind strangers', async () => {
  const gone = new AbortController()
  const stranger = (i: number) => ({ who: `192.0.2.${i}`, isStranger: true, signal: gone.signal }) as const
  const waiting = Array.from({ length: 20 }, (_, i) => findEntry(ldap, 'somebody', stranger(i)))
  await vi.waitFor(() => expect(sockets).toHaveLength(12))
  waiting.push(findEntry(ldap, 'alice', { who: 'the-id-of-alice' }))
  await vi.waitFor(() => expect(sockets).toHaveLength(13))
  gone.abort()
  for (const socket of sockets) socket.destroy()
  const results = await Promise.allSettled(waiting)
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']))
  expect(sockets).toHaveLength(13)
})
