import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Acme,
  empty,
  lastAudit,
  ok,
  seen,
  startAcme,
  text,
  UPDATED,
  validation,
} from '../../tests/support/secrets.ts'
import { givenOrg, givenTeam } from '../../tests/support/testServer.ts'

let { server, org, team, alice, bob, mallory, make } = {} as Acme
let second: { id: string; name: string }
let foreign: { id: string; name: string }

beforeAll(async () => {
  ;({ server, org, team, alice, bob, mallory, make } = await startAcme())
  second = await givenTeam(server, org, 'second')
  foreign = await givenTeam(server, await givenOrg(server, 'other'), 'foreign')
  await make('errors')
})
afterAll(() => server.close())

const path = (name: string) => `/api/v1/org/acme/secret/${name}/access`
const one = (name: string, json: unknown, as = alice.key) => seen(server.request(path(name), { as, json }))
const bulk = (name: string, json: unknown, as = alice.key) => seen(server.request(`${path(name)}/bulk`, { as, json }))
const rows = async (name: string) => (await seen(server.request(path(name)))).body
const javaError = (message: string) => text(500, `ERROR: java.lang.IllegalArgumentException: ${message}`)
const NOBODY = '00000000-0000-0000-0000-00000000dead'
const PATTERN = 'must match "^[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}$"'

describe('one team (concord-api §9.7)', () => {
  test('is added or changed, others stay, and the log says nothing (concord-api §14 Q17)', async () => {
    const { id } = await make('one')
    expect(await one('one', { teamId: team.id, level: 'READER' })).toEqual(UPDATED)
    await one('one', { teamId: second.id, level: 'READER' })
    await one('one', { teamId: team.id, level: 'WRITER' })
    expect(await seen(server.request(path('one')))).toEqual(
      ok([
        { teamId: second.id, teamName: 'second', level: 'READER' },
        { teamId: team.id, teamName: 'team', level: 'WRITER' },
      ]),
    )
    expect(await lastAudit(server, id)).toBeUndefined()
  })

  test.each([
    ['its name here', () => ({ teamName: 'second' }), 'second'],
    ['its name there', () => ({ teamName: 'foreign', orgName: 'other' }), 'foreign'],
    ['its id, which wins', () => ({ teamId: team.id, teamName: 'nope', orgName: 'nope' }), 'team'],
  ])('is meant by %s', async (what, entry, expected) => {
    const name = `meant-${what.replace(/\W+/g, '-')}`
    await make(name)
    expect(await one(name, { ...entry(), level: 'OWNER' })).toEqual(UPDATED)
    expect(await rows(name)).toMatchObject([{ teamName: expected, level: 'OWNER' }])
  })

  test('errors in order: level, membership, secret, team, right', async () => {
    const missing = validation('must not be null', 'ResourceAccessEntry.updateAccessLevel.arg2.level')
    expect(await one('nope', {}, mallory.key)).toEqual(missing)
    expect(await one('nope', { level: 'READER' }, mallory.key)).toEqual(
      text(403, "The current user (mallory) doesn't belong to the specified organization: acme"),
    )
    expect(await one('nope', { level: 'READER' }, bob.key)).toEqual(text(404, 'Secret not found: nope'))
    expect(await one('errors', { level: 'READER' }, bob.key)).toEqual(
      javaError('You must specify an organization and/or a team name.'),
    )
    expect(await one('errors', { level: 'READER', teamName: 'nope' }, bob.key)).toEqual(
      javaError('Team not found: nope'),
    )
    expect(await one('errors', { level: 'READER', teamName: 'team', orgName: 'nope' }, bob.key)).toEqual(
      javaError('Organization not found: nope'),
    )
    expect(await one('errors', { level: 'READER', teamName: 'team' }, bob.key)).toEqual(
      text(403, "The current user doesn't have the necessary access level (OWNER) to the secret: errors"),
    )
    const unknown = await one('errors', { level: 'READER', teamId: NOBODY })
    expect(unknown.status).toBe(500)
    expect(unknown.body).toMatch(/^ERROR: org\.jooq\.exception\.IntegrityConstraintViolationException/)
  })

  test.each([
    ['null', null, 500],
    ['a list', [], 500],
    ['an unknown level', { teamName: 'team', level: 'ADMIN' }, 500],
    ['a lower-case level', { teamName: 'team', level: 'reader' }, 500],
    ['a bad id', { teamId: 'abc', level: 'READER' }, 500],
  ])('the body is %s', async (_, json, status) => {
    expect((await one('errors', json)).status).toBe(status)
  })

  test('bad names', async () => {
    const answer = await one('a%20b', { teamName: 'a b', level: 'READER' })
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual([
      { id: 'SecretResource.updateAccessLevel.arg1', message: PATTERN },
      { id: 'ResourceAccessEntry.updateAccessLevel.arg2.teamName', message: PATTERN },
    ])
  })
})

describe('all teams (concord-api §9.7)', () => {
  test('are replaced; the last of two entries counts; the log has it without the organization', async () => {
    const { id } = await make('all', { grants: { [foreign.id]: 'OWNER' } })
    const teams = [
      { teamId: team.id, level: 'READER' },
      { teamId: second.id, teamName: 'ignored', level: 'WRITER' },
      { teamId: team.id, level: 'OWNER' },
    ]
    expect(await bulk('all', teams)).toEqual(UPDATED)
    expect(await rows('all')).toMatchObject([
      { teamName: 'second', level: 'WRITER' },
      { teamName: 'team', level: 'OWNER' },
    ])
    expect(await lastAudit(server, id)).toEqual({
      action: 'UPDATE',
      userId: alice.id,
      details: {
        secretId: id,
        access: { replace: true, teams: teams.map(({ teamId, level }) => ({ id: teamId, level })) },
      },
    })
    expect(await bulk('all', [])).toEqual(UPDATED)
    expect(await rows('all')).toEqual([])
  })

  test('a mistake in one entry changes nothing', async () => {
    const { id } = await make('whole', { grants: { [team.id]: 'READER' } })
    for (const wrong of [{ teamId: NOBODY, level: 'READER' }, { teamName: 'second', level: 'READER' }, null]) {
      expect((await bulk('whole', [{ teamId: second.id, level: 'READER' }, wrong])).status).toBe(500)
    }
    expect(await bulk('whole', [{ teamId: team.id, level: 'OWNER' }, { teamId: team.id }])).toEqual(
      validation('must not be null', 'ResourceAccessEntry.updateAccessLevel.arg2[1].level'),
    )
    expect(await rows('whole')).toMatchObject([{ teamName: 'team', level: 'READER' }])
    expect(await lastAudit(server, id)).toBeUndefined()
  })

  test('errors in order: membership, secret, null, right', async () => {
    expect((await bulk('nope', null, mallory.key)).status).toBe(403)
    expect(await bulk('nope', null, bob.key)).toEqual(text(404, 'Secret not found: nope'))
    expect(await bulk('errors', null, bob.key)).toEqual(text(400, 'List of teams is null.'))
    expect(await bulk('errors', [], bob.key)).toEqual(
      text(403, "The current user doesn't have the necessary access level (OWNER) to the secret: errors"),
    )
  })

  test.each([
    ['an object', {}, 500],
    ['a list of texts', ['x'], 500],
    ['a list with an unknown level', [{ teamId: NOBODY, level: 'ADMIN' }], 500],
  ])('the body is %s', async (_, json, status) => {
    expect((await bulk('errors', json)).status).toBe(status)
  })
})

test('the list of a secret that is not there', async () => {
  expect(await seen(server.request(path('nope')))).toEqual(empty(404))
  expect(await seen(server.request('/api/v1/org/nope/secret/errors/access'))).toEqual(
    validation('Organization not found: nope'),
  )
})

test('a grant opens the secret to the team, in whatever organization it is', async () => {
  await make('granted', { visibility: 'PRIVATE' })
  const { db } = server.services
  await db.insertInto('teamUsers').values({ teamId: foreign.id, userId: mallory.id, role: 'MEMBER' }).execute()
  const get = () => server.request('/api/v2/org/acme/secret/granted', { as: mallory.key })
  expect((await get()).status).toBe(403)
  await one('granted', { teamId: foreign.id, level: 'READER' })
  expect((await get()).status).toBe(200)
})
