import { expect, test } from 'vitest'
import { seen, validation } from '../../tests/support/secrets.ts'
import { givenUser, startTestServer } from '../../tests/support/testServer.ts'

test('an organization without an owner must keep an OWNER in one of its teams', async () => {
  const server = await startTestServer()
  const member = await givenUser(server, 'member')
  const path = '/api/v1/org/Default/team/default/users?replace=true'
  const answer = await seen(server.request(path, { method: 'PUT', json: [{ userId: member.id }] }))
  expect(answer).toEqual(validation('Organization must have at least one OWNER'))
  await server.close()
})
