import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from '@playwright/test'
import { call, path } from './concord.ts'
import { givenMember, type Org, unique } from './given.ts'

export type DirectoryUser = { id: string; username: string; displayName: string; password: string }

/** Passwords are in our server's built-in directory, set on its command line, or in a real Concord's LDAP. */
export const needsDirectory = () =>
  test.skip(
    !process.env.E2E_DATA_DIR && !process.env.CONCORD_LDAP_URL,
    'The directory of a server that runs already is not ours to write',
  )

/** A user who signs in with a password. Unlike with an API key, the console then sees all their groups. */
export async function givenDirectoryUser({ of = [] }: { of?: Org[] } = {}): Promise<DirectoryUser> {
  const username = unique('login')
  const password = `Pass: ${unique('wörd')}`
  if (process.env.CONCORD_LDAP_URL) await addToLdap(process.env.CONCORD_LDAP_URL, username, password)
  else await addToOwnDirectory(username, password)
  const { id } = process.env.CONCORD_LDAP_URL
    ? await call<{ id: string }>('/api/v1/user', { json: { username, type: 'LDAP' } })
    : await call<{ id: string }>(path`/api/v1/user/${username}`)
  for (const org of of) await givenMember(org, { id })
  return { id, username, displayName: username, password }
}

/** Runs a program with this input, asynchronously: a blocked story would miss that kept connections close. */
function withInput(input: string, file: string, args: string[], env = process.env) {
  const running = promisify(execFile)(file, args, { env })
  running.child.stdin?.end(input)
  return running
}

function addToOwnDirectory(username: string, password: string) {
  return withInput(`${password}\n`, process.execPath, ['scripts/start.mjs', '--run', 'user', 'add', username], {
    // With CONCORD_URL the users would be those of another server.
    ...process.env,
    DATA_DIR: process.env.E2E_DATA_DIR,
    CONCORD_URL: '',
  })
}

function addToLdap(url: string, username: string, password: string) {
  const { CONCORD_LDAP_DN: admin = '', CONCORD_LDAP_PASSWORD: adminPassword = '' } = process.env
  const base = admin.slice(admin.indexOf(',') + 1)
  const entry = [
    `dn: cn=${username},${base}`,
    'objectClass: inetOrgPerson',
    `cn: ${username}`,
    `sn: ${username}`,
    `displayName: ${username}`,
    // Two colons: base64, which LDIF requires for non-ASCII text.
    `userPassword:: ${Buffer.from(password).toString('base64')}`,
  ]
  return withInput(entry.join('\n'), 'ldapadd', ['-x', '-H', url, '-D', admin, '-w', adminPassword])
}
