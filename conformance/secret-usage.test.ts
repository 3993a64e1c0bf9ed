import { expect } from 'vitest'
import { onlyOnOurs } from './differences.ts'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import { expectEmpty, expectSecretForbidden, expectUnauthorized, jsonOf } from './lib/expect.ts'
import { server } from './lib/server.ts'
import { made, type Named, newWorld, type Org, type User } from './lib/world.ts'

/*
 * `GET /api/x/v1/org/{org}/secret/{name}/usage`: which repositories use a secret (server/README.md). Concord has no
 * such operation: what is tested above all is what a caller must not learn from it.
 */

const test = onlyOnOurs('morePaths')
const world = newWorld('usage')

/** What a caller learns of the repositories of one or of other organizations: `org/project/repository`. */
interface Expected {
  reads: string[]
  hidden: number
  /** `org/project`, without its repositories. */
  knowsOf: string[]
}

/** Sets everything up once, for ours only. */
async function setUp() {
  const user = (base: string, roles?: string[]) => world.user(base, roles ? { roles } : {})
  const owner = await user('orgowner')
  const [acme, near, far] = [
    await world.org('acme', { owner }),
    await world.org('near'),
    await world.org('far', { visibility: 'PRIVATE' }),
  ]
  const people: Record<string, User> = {
    'org-owner': owner,
    'system-reader': await user('sysreader', ['concordSystemReader']),
    member: await user('member'),
    granted: await user('granted'),
    'project-owner': await user('projectowner'),
    stranger: await user('stranger'),
    'member-of-near': await user('nearmember'),
    'member-of-far': await user('farmember'),
  }
  const person = (name: string): User => people[name] ?? never(name)
  await world.team(acme, 'plain', { MEMBER: [person('member'), person('project-owner')] })
  const granted = await world.team(acme, 'granted', { MEMBER: [person('granted')] })
  await world.team(near, 'plain', { MEMBER: [person('member-of-near')] })
  await world.team(far, 'plain', { MEMBER: [person('member-of-far')] })

  const secret = await world.secret(acme, { visibility: 'PUBLIC' }, person('member'))
  const locked = await world.secret(acme, { visibility: 'PRIVATE' }, person('member'))

  /** A project with a repository that uses both secrets by their ids, and one that uses another secret. */
  async function using(org: Org, name: string, visibility: 'PUBLIC' | 'PRIVATE', as: Caller = admin) {
    const project = await world.project(org, name, { visibility }, as)
    for (const { id, name: repository } of [
      { ...secret, name: 'uses' },
      { ...locked, name: 'uses-locked' },
    ])
      await repositoryOf(org, project, repository, id)
    return project
  }
  const other = await world.secret(acme)
  await repositoryOf(acme, await world.project(acme, 'unrelated'), 'other', other.id)
  await using(acme, 'open', 'PUBLIC')
  await using(acme, 'closed', 'PRIVATE')
  await using(acme, 'owned', 'PRIVATE', person('project-owner'))
  const shared = await using(acme, 'shared', 'PRIVATE')
  const access = { teamId: granted.id, level: 'READER' }
  made(await admin.post(`${acme.v1}/project/${shared.name}/access`, { json: access }))
  await using(near, 'open', 'PUBLIC')
  await using(near, 'closed', 'PRIVATE')
  await using(far, 'open', 'PUBLIC')
  await using(far, 'closed', 'PRIVATE')
  return { acme, near, far, secret, locked, people, person }
}

const ours = server.kind === 'ours' ? await setUp() : undefined

async function repositoryOf(org: Org, project: Named, name: string, secretId: string) {
  const json = { name, url: 'git@example.com:team/repo.git', branch: 'main', secretId }
  made(await admin.post(`${org.v1}/project/${project.name}/repository`, { json }))
}

const NOTHING: Expected = { reads: [], hidden: 0, knowsOf: [] }
const EVERYTHING = {
  here: { reads: ['acme/closed', 'acme/open', 'acme/owned', 'acme/shared'], hidden: 0, knowsOf: [] },
  elsewhere: { reads: ['far/closed', 'far/open', 'near/closed', 'near/open'], hidden: 0, knowsOf: [] },
}
/** The public project of a private organization would name that. */
const OF_STRANGERS: Expected = { reads: ['near/open'], hidden: 3, knowsOf: [] }

const LEARNS: Record<string, { here: Expected; elsewhere: Expected }> = {
  admin: EVERYTHING,
  'system-reader': EVERYTHING,
  'org-owner': { here: EVERYTHING.here, elsewhere: OF_STRANGERS },
  // The list of projects shows the private ones to every member, by name.
  member: {
    here: { reads: ['acme/open'], hidden: 3, knowsOf: ['acme/closed', 'acme/owned', 'acme/shared'] },
    elsewhere: OF_STRANGERS,
  },
  granted: {
    here: { reads: ['acme/open', 'acme/shared'], hidden: 2, knowsOf: ['acme/closed', 'acme/owned'] },
    elsewhere: OF_STRANGERS,
  },
  'project-owner': {
    here: { reads: ['acme/open', 'acme/owned'], hidden: 2, knowsOf: ['acme/closed', 'acme/shared'] },
    elsewhere: OF_STRANGERS,
  },
  stranger: { here: { reads: ['acme/open'], hidden: 3, knowsOf: [] }, elsewhere: OF_STRANGERS },
  'member-of-near': {
    here: { reads: ['acme/open'], hidden: 3, knowsOf: [] },
    elsewhere: { reads: ['near/open'], hidden: 3, knowsOf: ['near/closed'] },
  },
  'member-of-far': {
    here: { reads: ['acme/open'], hidden: 3, knowsOf: [] },
    elsewhere: { reads: ['far/open', 'near/open'], hidden: 2, knowsOf: ['far/closed'] },
  },
}

test.each(Object.entries(LEARNS))('%s learns of repositories what the lists of Concord show', async (who, expected) => {
  if (!ours) return
  const { secret, people } = ours
  const usage = jsonOf(await (people[who] ?? admin).get(usageOf(secret)))
  expect(usage).toMatchObject({ secretId: secret.id, complete: true })
  for (const part of ['here', 'elsewhere'] as const) {
    const { repositories, readable, hidden, hiddenProjects } = usage[part]
    const places = repositories.map(({ orgName, projectName }: Place) => place({ orgName, projectName }))
    expect({ reads: places, hidden, knowsOf: hiddenProjects.map(place) }, part).toEqual({
      ...NOTHING,
      ...expected[part],
    })
    expect(readable).toBe(repositories.length)
    for (const repository of repositories) {
      expect(Object.keys(repository).toSorted()).toEqual(['id', 'name', 'orgName', 'projectName'])
      expect(repository.name).toBe('uses')
    }
  }
})

test('names nothing of a private organization to those who do not belong to it', async () => {
  if (!ours) return
  const { secret, person, far } = ours
  const { text } = await person('stranger').get(usageOf(secret))
  expect(text).not.toContain(far.name)
  expect(text).not.toContain('closed')
})

test('is for those who may read the secret without its value', async () => {
  if (!ours) return
  const { locked, person } = ours
  for (const who of ['stranger', 'granted', 'member-of-near'])
    expectSecretForbidden(await person(who).get(usageOf(locked)), 'READER', locked.name)
  expect(jsonOf(await person('member').get(usageOf(locked))).here.readable).toBe(1)
  expectUnauthorized(await anonymous.get(usageOf(locked)), { challenge: true })
  expectEmpty(await person('member').get(usageOf({ ...locked, name: 'no-such-secret' })), 404)
})

test('has the last use for those who may read the audit log of the secret', async () => {
  if (!ours) return
  const { secret, person } = ours
  // A public secret: everybody may read it, but its log is for members.
  const lastUse = async (who: string) => jsonOf(await person(who).get(usageOf(secret))).lastUse
  expect(await lastUse('member')).toEqual({})
  for (const who of ['stranger', 'granted'])
    expect((await person(who).post(`${secret.v1}/data`, { form: {} })).status).toBe(200)
  made(await admin.post(secret.v1, { json: { visibility: 'PUBLIC' } }))
  const [entry] = jsonOf(
    await person('member').get('/api/v1/audit', {
      query: { 'details.secretId': secret.id, action: 'ACCESS', limit: '1' },
    }),
  )
  expect(entry.user.username).toBe(person('granted').name)
  expect(await lastUse('member')).toEqual({ entry })
  expect(await lastUse('org-owner')).toEqual({ entry })
  for (const who of ['stranger', 'member-of-near', 'member-of-far']) expect(await lastUse(who)).toBeUndefined()
})

test('has no repository any more after a move', async () => {
  if (!ours) return
  const { acme, near } = ours
  const moving = await world.secret(acme)
  await repositoryOf(acme, { id: '', name: 'open' }, 'moves', moving.id)
  expect(jsonOf(await admin.get(usageOf(moving))).here.readable).toBe(1)
  made(await admin.post(moving.v1, { json: { orgName: near.name } }))
  const usage = jsonOf(await admin.get(`/api/x/v1/org/${near.name}/secret/${moving.name}/usage`))
  expect([usage.here.readable, usage.elsewhere.readable]).toEqual([0, 0])
})

interface Place {
  orgName: string
  projectName: string
}

/** Without what makes an organization's name unique. */
const place = ({ orgName, projectName }: Place) => `${orgName.split('-')[0]}/${projectName}`

const usageOf = ({ name }: Named) => `/api/x/v1/org/${ours?.acme.name}/secret/${name}/usage`

function never(what: string): never {
  throw new Error(`There is no ${what}`)
}
