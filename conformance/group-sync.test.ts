import { test } from 'vitest'
import { admin, anonymous } from './lib/caller.ts'
import {
  expectFailure,
  expectMethodNotAllowed,
  expectText,
  expectUnauthorized,
  expectViolations,
} from './lib/expect.ts'
import { newWorld } from './lib/world.ts'

// concord-api §8; for tests with a directory see directory-login.test.ts.

const SYNC = '/api/v1/userldapgroup/sync'
const world = newWorld('sync')
const user = await world.user('user')

test('of an unknown user, or one not in the directory, is a 400', async () => {
  expectText(await admin.post(SYNC, { json: { username: 'nobody-here' } }), 400, 'User not found: nobody-here')
  expectText(await admin.post(SYNC, { json: { username: user.name } }), 400, `User not found: ${user.name}`)
})
test('is for admins', async () => {
  expectText(await user.post(SYNC, { json: { username: user.name } }), 403, 'Only admins can do that')
  expectUnauthorized(await anonymous.post(SYNC, { json: {} }), { challenge: true })
})
test('requires a name, before anything else', async () => {
  const violation = { 'SyncUserLdapGroupRequest.sync.arg0.username': 'must not be null' }
  expectViolations(await user.post(SYNC, { json: {} }), violation)
  expectFailure(await admin.post(SYNC, { body: '', type: 'application/json' }), 'java.lang.NullPointerException')
})
test('knows POST only', async () => expectMethodNotAllowed(await admin.get(SYNC), 'OPTIONS, POST'))
