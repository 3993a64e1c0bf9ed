import { execFileSync } from 'node:child_process'
import { test } from '@playwright/test'
import { call, path } from './concord.ts'
import { givenMember, type Org, unique } from './given.ts'

export type DirectoryUser = { id: string; username: string; displayName: string; password: string }

/** Passwords are in the server's own directory, which only its command line on the same machine writes. */
export const needsOwnDirectory = () =>
  test.skip(!process.env.E2E_DATA_DIR, 'The directory of a server that runs already is not ours to write')

/** Somebody who signs in with a password. Unlike an API key it tells the console all groups of its user. */
export async function givenDirectoryUser({ of = [] }: { of?: Org[] } = {}): Promise<DirectoryUser> {
  const username = unique('login')
  const password = `Pass: ${unique('wörd')}`
  execFileSync(process.execPath, ['scripts/start.mjs', '--run', 'user', 'add', username], {
    input: `${password}\n`,
    // With CONCORD_URL the users would be another server's.
    env: { ...process.env, DATA_DIR: process.env.E2E_DATA_DIR, CONCORD_URL: '' },
  })
  const { id } = await call<{ id: string }>(path`/api/v1/user/${username}`)
  for (const org of of) await givenMember(org, { id })
  return { id, username, displayName: username, password }
}
