import { expect, test, vi } from 'vitest'
import { ok, seen } from '../../tests/support/secrets.ts'
import { givenOrg, givenTeam, givenUser, startTestServer } from '../../tests/support/testServer.ts'
import { Statements } from '../db/statements.ts'

test('a search by fields of external events, which is for everybody, returns nothing without reading the log', async () => {
  const server = await startTestServer()
  const [member, outsider] = [await givenUser(server, 'member'), await givenUser(server, 'outsider')]
  await givenTeam(server, await givenOrg(server, 'acme'), 'team', [member])
  const log = (query: string, as: string) => seen(server.request(`/api/v1/audit?${query}`, { as }))
  const reads = vi.spyOn(Statements.prototype, 'run')
  for (const key of ['source', 'eventId']) expect(await log(`details.${key}=x`, outsider.key)).toEqual(ok([]))
  const query = 'details.orgName=acme&details.githubEvent=push&details.fullRepoName=a/b'
  expect(await log(query, member.key)).toEqual(ok([]))
  expect(reads.mock.calls.map(([{ sql }]) => sql).join()).not.toMatch(/from "auditLog"/i)
  reads.mockRestore()
  await server.close()
})
