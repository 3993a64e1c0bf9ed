import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { ROOT } from '../scripts/ensure.mjs'
import { apiOf, each } from './api.mjs'

/** How many organizations the user is in, besides those below. */
const ORGANIZATIONS = 200
/** The organizations with secrets, and how many. */
export const LISTS = { few: 50, thousand: 1_000, many: 5_000, most: 100_000 }
/** One more secret of this organization has a value. */
export const VALUE = { org: 'many', name: 'with-a-value' }
/** Where new secrets are made, so that no list grows while it is measured. */
export const MADE = 'made'

/** @typedef {{ id: string, key: string, orgs: Map<string, string> }} User with the ids of the organizations by name */

/**
 * Makes a user in 200 organizations and in those of `lists`, and a secret with a value.
 * @param {import('./servers.mjs').Peer} peer
 * @param {string[]} lists
 * @returns {Promise<User>}
 */
export async function givenUser({ url, adminKey }, lists) {
  const admin = apiOf(url, adminKey)
  const { id } = await admin.send('/api/v1/user', { username: 'bench', userType: 'LOCAL', displayName: 'Bench' })
  const { key } = await admin.send('/api/v1/apikey', { userId: id })
  const names = Array.from({ length: ORGANIZATIONS }, (_, i) => `org-${String(i).padStart(3, '0')}`)
  /** @type {Map<string, string>} */
  const orgs = new Map()
  await each([...lists, MADE, ...names], async (name) => {
    const org = await admin.send('/api/v1/org', { name })
    await admin.send(`/api/v1/org/${name}/team/default/users`, [{ userId: id, role: 'MEMBER' }], 'PUT')
    orgs.set(name, org.id)
  })
  if (lists.includes(VALUE.org)) await createSecret({ url, adminKey: key }, VALUE.org, VALUE.name)
  return { id, key, orgs }
}

/**
 * Fills lists of our server, which must not be running: secrets key-00000, key-00001, … that the user owns.
 * @param {string} dataDir
 * @param {User} user
 * @param {Partial<typeof LISTS>} lists
 */
export function insertSecrets(dataDir, { id, orgs }, lists) {
  for (const [name, count] of Object.entries(lists)) {
    const args = [dataDir, orgs.get(name) ?? '', id, String(count)]
    execFileSync(process.execPath, [join(ROOT, 'e2e/insertSecrets.mjs'), ...args])
  }
}

/**
 * The same by requests, for a Concord.
 * @param {import('./servers.mjs').Peer} peer
 * @param {User} user
 * @param {Partial<typeof LISTS>} lists
 */
export async function createSecrets({ url }, { key }, lists) {
  for (const [org, count] of Object.entries(lists)) {
    const names = Array.from({ length: count }, (_, i) => `key-${String(i).padStart(5, '0')}`)
    await each(names, (name) => createSecret({ url, adminKey: key }, org, name), 16)
  }
}

/** @type {(peer: import('./servers.mjs').Peer, org: string, name: string) => Promise<unknown>} */
const createSecret = ({ url, adminKey }, org, name) =>
  apiOf(url, adminKey).form(`/api/v1/org/${org}/secret`, {
    ...{ name, type: 'DATA', visibility: 'PRIVATE' },
    data: new Blob(['a value of the benchmark']),
  })
