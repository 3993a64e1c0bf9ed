import { describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectIdResult,
  expectJson,
  expectNoOrg,
  expectNotInOrg,
  expectResult,
  expectSecretForbidden,
  expectText,
  expectUnauthorized,
  expectValidationError,
  expectViolations,
  jsonOf,
  namesOf,
} from './lib/expect.ts'
import { made, newWorld, TIMESTAMP, UNKNOWN_ID } from './lib/world.ts'
import { nameViolation, projectsHaveExecMode, projectUpdateOpensRawPayload } from './versions.ts'

// concord-api §6.

const world = newWorld('projects')
const [member, creator, granted, outsider, reader, writer] = await Promise.all([
  world.user('member'),
  world.user('creator'),
  world.user('granted'),
  world.user('outsider'),
  world.user('reader', { roles: ['concordSystemReader'] }),
  world.user('writer', { roles: ['concordSystemWriter'] }),
])
const org = await world.org('org')
const other = await world.org('other')
const team = await world.team(org, 'team', { MEMBER: [member, creator] })
const grantedTeam = await world.team(org, 'granted', { MEMBER: [granted] })
const secret = await world.secret(org, { name: 'key', visibility: 'PRIVATE' }, creator)
const repositories = {
  repo: { name: 'repo', url: 'https://git.invalid/x.git', branch: 'main', secretName: 'key', disabled: true },
}
const visible = await world.project(org, 'open', {}, creator)
const hidden = await world.project(
  org,
  'closed',
  { visibility: 'PRIVATE', description: 'text', cfg: { b: 2 }, meta: { a: 1 }, repositories },
  creator,
)

const v1 = (name: string, o = org) => `${o.v1}/project/${name}`
const v2 = (name: string) => `${org.v2}/project/${name}`
const save = (json: Record<string, unknown>, as: Caller = creator, o = org) => as.post(`${o.v1}/project`, { json })
const denied = (user: { name: string }, level: string, name: string) =>
  `The current user (${user.name}) doesn't have the necessary access level (${level}) to the project: ${name}`
const execMode = projectsHaveExecMode ? { processExecMode: 'READERS' } : {}

describe('reading one', () => {
  test('it has its modes, owner and time of creation', async () => {
    const { acceptsRawPayload: _, ...entry } = jsonOf(await creator.get(v2('open')))
    expect(entry).toEqual({
      ...{ id: visible.id, name: 'open', orgId: org.id, orgName: org.name, visibility: 'PUBLIC' },
      ...{ rawPayloadMode: 'DISABLED', outVariablesMode: 'DISABLED', ...execMode },
      owner: { id: creator.id, username: creator.name, displayName: 'The creator', userType: 'LOCAL' },
      createdAt: expect.stringMatching(TIMESTAMP),
    })
  })

  test('v2 has cfg and meta, and no repositories', async () => {
    const entry = jsonOf(await creator.get(v2('closed')))
    expect(entry).toMatchObject({ cfg: { b: 2 }, meta: { a: 1 }, description: 'text', visibility: 'PRIVATE' })
    expect(entry).not.toHaveProperty('repositories')
  })

  test('v1 also has the repositories, by name', async () => {
    const { repositories } = jsonOf(await creator.get(v1('closed')))
    expect(Object.keys(repositories)).toEqual(['repo'])
    expect(repositories.repo).toMatchObject({ secretId: secret.id, secretName: 'key', secretStoreType: 'concord' })
  })

  test('anybody can read a public one', async () => expect(jsonOf(await outsider.get(v2('open'))).id).toBe(visible.id))

  test.each([
    ['a member', member],
    ['an outsider', outsider],
  ])('a private one is denied to %s', async (_, user) => {
    expectText(await user.get(v2('closed')), 403, denied(user, 'READER', 'closed'))
  })

  test('a private one can be read by a system reader and a system writer', async () => {
    for (const as of [reader, writer]) expect(jsonOf(await as.get(v2('closed'))).id).toBe(hidden.id)
  })

  test.each([v1('nope'), v2('nope')])('%s, which does not exist, is a 404', async (path) => {
    expectText(await creator.get(path), 404, 'Project not found: nope')
  })

  test('the organization must exist', async () =>
    expectNoOrg(await creator.get('/api/v2/org/no-such-org/project/open')))
  test('the name is checked', async () => {
    expectViolations(await creator.get(v2('a%20b')), { 'ProjectResourceV2.get.arg1': nameViolation })
  })
  test('requires credentials', async () => expectUnauthorized(await anonymous.get(v2('open')), { challenge: true }))
})

describe('the list', () => {
  test.each([
    ['an admin', admin],
    ['a member of any team', member],
    ['a system reader', reader],
  ])('of %s has all', async (_, as) => {
    expect(namesOf(await as.get(`${org.v1}/project`, { query: { filter: 'o' } }))).toEqual(
      expect.arrayContaining(['closed', 'open']),
    )
  })

  test('of a non-member has the public ones', async () => {
    const names = namesOf(await outsider.get(`${org.v1}/project`))
    expect(names).toContain('open')
    expect(names).not.toContain('closed')
  })

  test('has entries without cfg, meta and repositories', async () => {
    const [entry] = jsonOf(await creator.get(`${org.v1}/project`, { query: { filter: 'closed' } }))
    expect(Object.keys(entry)).toEqual(expect.not.arrayContaining(['cfg', 'meta', 'repositories']))
    expect(entry).toMatchObject({ id: hidden.id, description: 'text' })
  })

  test('is filtered ignoring case, ordered by name, and then paged', async () => {
    const paged = await world.org('paged')
    for (const name of ['xone', 'three', 'xtwo', 'xfour']) await world.project(paged, name)
    const page = async (query: Record<string, string | number>) =>
      namesOf(await admin.get(`${paged.v1}/project`, { query }))
    expect(await page({ filter: 'X' })).toEqual(['xfour', 'xone', 'xtwo'])
    expect(await page({ filter: 'X', offset: 1, limit: 1 })).toEqual(['xone'])
    expect(await page({ filter: 'X', offset: 2, limit: 5 })).toEqual(['xtwo'])
  })

  test('requires an existing organization', async () =>
    expectNoOrg(await creator.get('/api/v1/org/no-such-org/project')))
  test('does not exist in v2', async () => expect((await creator.get(`${org.v2}/project`)).status).toBe(404))
})

describe('creating', () => {
  test('creates a public one that the caller owns', async () => {
    const { length } = expectIdResult(await save({ name: 'fresh' }), 'CREATED')
    expect(length).toBe(36)
    expect(jsonOf(await creator.get(v2('fresh')))).toMatchObject({ visibility: 'PUBLIC', owner: { id: creator.id } })
  })

  test('is for members only', async () => expectNotInOrg(await save({ name: 'never' }, outsider), outsider, org))
  test.each(['', 'ab', 'a b'])('with the name "%s" is rejected', async (name) => {
    expectViolations(await save({ name }), { 'ProjectEntry.createOrUpdate.arg1.name': nameViolation })
  })
  test('without a name or an id is rejected', async () => expectValidationError(await save({}), "'name' is required"))
  test('with a name of 128 characters works', async () => {
    expectIdResult(await save({ name: 'x'.repeat(128) }), 'CREATED')
  })
  test('with a description of more than 1024 characters is rejected', async () => {
    expectViolations(await save({ name: 'never', description: 'x'.repeat(1025) }), {
      'ProjectEntry.createOrUpdate.arg1.description': 'size must be between 0 and 1024',
    })
  })

  const withRepository = (more: Record<string, unknown>, as: Caller = creator) =>
    save({ name: 'never', repositories: { repo: { ...repositories.repo, secretName: undefined, ...more } } }, as)

  test('with a repository whose secret does not exist is a 404', async () => {
    expectEmpty(await withRepository({ secretName: 'nope' }), 404)
    expectEmpty(await withRepository({ secretId: UNKNOWN_ID }), 404)
  })
  test('with a repository whose secret the caller cannot read is denied, and creates nothing', async () => {
    expectSecretForbidden(await withRepository({ secretName: 'key' }, member), 'READER', 'key')
    expectText(await creator.get(v2('never')), 404, 'Project not found: never')
  })
  test('with a repository without a URL is rejected', async () => {
    expectViolations(await withRepository({ url: null }), {
      'RepositoryEntry.createOrUpdate.arg1.repositories[repo].url': 'must not be null',
    })
  })
  test('with a repository with a bad name is rejected', async () => {
    expectViolations(await save({ name: 'never', repositories: { ab: { ...repositories.repo, name: 'ab' } } }), {
      'RepositoryEntry.createOrUpdate.arg1.repositories[ab].name': nameViolation,
    })
  })
})

describe('updating', () => {
  test('by name keeps the id', async () => {
    const { id } = await world.project(org, 'described', {}, creator)
    expect(expectIdResult(await save({ name: 'described', description: 'new' }), 'UPDATED')).toBe(id)
    expect(jsonOf(await creator.get(v2('described'))).description).toBe('new')
  })

  test('without rawPayloadMode sets ORG_MEMBERS, or keeps it before 2.44', async () => {
    await world.project(org, 'payload', { visibility: 'PRIVATE', rawPayloadMode: 'DISABLED' }, creator)
    await save({ name: 'payload', rawPayloadMode: 'OWNERS' })
    expect(jsonOf(await creator.get(v2('payload')))).toMatchObject({ rawPayloadMode: 'OWNERS', visibility: 'PRIVATE' })
    await save({ name: 'payload', rawPayloadMode: 'DISABLED' })
    await save({ name: 'payload', description: 'new' })
    expect(jsonOf(await creator.get(v2('payload'))).rawPayloadMode).toBe(
      projectUpdateOpensRawPayload ? 'ORG_MEMBERS' : 'DISABLED',
    )
  })

  test('by id renames, and keeps fields that are not sent', async () => {
    const { id } = await world.project(org, 'before', { description: 'old' }, creator)
    expect(expectIdResult(await save({ id, name: 'after' }), 'UPDATED')).toBe(id)
    expect((await creator.get(v2('before'))).status).toBe(404)
    expect(jsonOf(await creator.get(v2('after')))).toMatchObject({ id, description: 'old' })
  })
  test('of an unknown id is a validation error', async () => {
    expectValidationError(await save({ id: UNKNOWN_ID }), `Project not found: ${UNKNOWN_ID}`)
  })

  test('of a public one is not allowed for every member', async () => {
    expectText(await save({ name: 'open', description: 'x' }, member), 403, denied(member, 'WRITER', 'open'))
  })
  test('is for system writers, but changing the owner is for owners', async () => {
    await world.project(org, 'given', {}, creator)
    expectIdResult(await save({ name: 'given', description: 'x' }, writer), 'UPDATED')
    const gift = { name: 'given', owner: { id: member.id } }
    expectText(await save(gift, writer), 403, denied(writer, 'OWNER', 'given'))
    expectIdResult(await save(gift), 'UPDATED')
    expectIdResult(await save({ name: 'given', description: 'mine' }, member), 'UPDATED')
  })

  test('to a taken name fails', async () => {
    const { id } = await world.project(org, 'taking', {}, creator)
    expectFailure(await save({ id, name: 'open' }), 'org.jooq.exception.')
  })
})

describe('moving to another organization', () => {
  test.each(['orgId', 'orgName'])('is requested by %s', async (field) => {
    const { id, name } = await world.project(org, `by-${field}`)
    const value = field === 'orgId' ? other.id : other.name
    expectIdResult(await save({ id, name, [field]: value }, admin), 'UPDATED')
    expect(jsonOf(await admin.get(`${other.v2}/project/${name}`))).toMatchObject({ id, orgName: other.name })
    expectText(await admin.get(v2(name)), 404, `Project not found: ${name}`)
  })
  test('is for members of both', async () => {
    const { id, name } = await world.project(org, 'staying', {}, creator)
    expectNotInOrg(await save({ id, name, orgId: other.id }), creator, other)
    expect(jsonOf(await creator.get(v2(name))).orgId).toBe(org.id)
  })
  test('needs an organization that exists', async () => {
    const { id, name } = await world.project(org, 'nowhere', {}, creator)
    expectNoOrg(await save({ id, name, orgName: 'no-such-org' }))
  })
  test('needs a name that is free there', async () => {
    const { id, name } = await world.project(org, 'same-there')
    await world.project(other, name)
    expectFailure(await save({ id, name, orgId: other.id }, admin), 'org.jooq.exception.')
  })
  test('moves its repositories, but not their secrets', async () => {
    const { id } = await world.project(org, 'moving', { repositories })
    expect(expectIdResult(await save({ id, name: 'moving', orgName: other.name }, admin), 'UPDATED')).toBe(id)
    const repository = jsonOf(await admin.get(`${v1('moving', other)}/repository/repo`))
    expect(repository).toMatchObject({ name: 'repo' })
    expect(repository).not.toHaveProperty('secretId')
  })
})

describe('access', () => {
  const access = `${v1('closed')}/access`

  test('of teams can be set one by one and is listed with the organization', async () => {
    expectResult(await creator.post(access, { json: { teamName: grantedTeam.name, level: 'READER' } }), 'UPDATED')
    expectJson(await creator.get(access), [
      { teamId: grantedTeam.id, orgName: org.name, teamName: grantedTeam.name, level: 'READER' },
    ])
    expect(jsonOf(await granted.get(v2('closed'))).id).toBe(hidden.id)
  })

  test('can be replaced as a whole', async () => {
    const { id } = await world.project(org, 'bulked', {}, creator)
    const bulk = `${v1('bulked')}/access/bulk`
    expectResult(await creator.post(bulk, { json: [{ teamId: team.id, level: 'WRITER' }] }), 'UPDATED')
    expect(jsonOf(await creator.get(`${v1('bulked')}/access`))).toMatchObject([{ teamId: team.id, level: 'WRITER' }])
    expectIdResult(await save({ id, name: 'bulked' }, member), 'UPDATED')
    expectResult(await creator.post(bulk, { json: [] }), 'UPDATED')
    expectJson(await creator.get(`${v1('bulked')}/access`), [])
  })

  test('can be set by owners and read by readers', async () => {
    const json = { teamName: grantedTeam.name, level: 'READER' }
    expectText(await member.post(access, { json }), 403, denied(member, 'OWNER', 'closed'))
    expectText(await member.get(access), 403, denied(member, 'READER', 'closed'))
  })
  test('grants its level', async () => {
    await world.project(org, 'levels', { visibility: 'PRIVATE' }, creator)
    const grant = (level: string) => creator.post(`${v1('levels')}/access`, { json: { teamId: team.id, level } })
    expectResult(await grant('READER'), 'UPDATED')
    expectText(await save({ name: 'levels' }, member), 403, denied(member, 'WRITER', 'levels'))
    expectResult(await grant('WRITER'), 'UPDATED')
    expectIdResult(await save({ name: 'levels' }, member), 'UPDATED')
  })
  test.each<[Record<string, unknown>, string]>([
    [{ teamName: 'nope' }, 'Team not found: nope'],
    [{}, 'You must specify an organization and/or a team name.'],
  ])('of the team %o is a 500', async (json, text) => {
    const answer = await creator.post(access, { json: { ...json, level: 'READER' } })
    expectFailure(answer, `java.lang.IllegalArgumentException: ${text}`)
  })
  test('as a whole accepts only ids of teams: otherwise a 500, and nothing changes', async () => {
    const before = jsonOf(await creator.get(access))
    const json = [{ teamName: team.name, level: 'READER' }]
    expectFailure(await creator.post(`${access}/bulk`, { json }))
    expectJson(await creator.get(access), before)
  })
  test('without a level is rejected', async () => {
    expectViolations(await creator.post(access, { json: { teamName: team.name } }), {
      'ResourceAccessEntry.updateAccessLevel.arg2.level': 'must not be null',
    })
  })
  test('without a list is rejected', async () => {
    expectText(
      await creator.post(`${access}/bulk`, { body: 'null', type: 'application/json' }),
      400,
      'List of teams is null.',
    )
  })

  test('of a project that does not exist is a 404', async () => {
    const nope = `${v1('nope')}/access`
    expectText(await creator.get(nope), 404, 'Project not found: nope')
    expectText(
      await creator.post(nope, { json: { teamName: team.name, level: 'READER' } }),
      404,
      'Project not found: nope',
    )
  })
})

describe('encrypting a string', () => {
  const encrypt = (as: Caller, body: string, name = 'open') =>
    as.post(`${v1(name)}/encrypt`, { body, type: 'text/plain' })
  const BASE64 = { ok: true, data: expect.stringMatching(/^[0-9A-Za-z+/]+=*$/) }

  test('returns base64', async () => expectJson(await encrypt(creator, 'hello'), BASE64))
  onlyOnOurs('encryptedStrings')('returns a different result each time', async () => {
    const [one, two] = [await encrypt(creator, 'hello'), await encrypt(creator, 'hello')]
    expect(jsonOf(one).data).not.toBe(jsonOf(two).data)
  })
  onlyOnConcord('encryptedStrings')('returns the same result each time', async () => {
    const [one, two] = [await encrypt(creator, 'hello'), await encrypt(creator, 'hello')]
    expect(jsonOf(one).data).toBe(jsonOf(two).data)
  })
  test('works for an empty string', async () => expectJson(await encrypt(creator, ''), BASE64))
  test('is for members only, even in a public project', async () => {
    expectNotInOrg(await encrypt(outsider, 'hello'), outsider, org)
  })
  test('in a private project is for its readers', async () => {
    expectText(await encrypt(member, 'x', 'closed'), 403, denied(member, 'READER', 'closed'))
    expectJson(await encrypt(admin, 'x', 'closed'), BASE64)
  })
  test('in a project that does not exist is a 404', async () => {
    expectText(await encrypt(creator, 'x', 'nope'), 404, 'Project not found: nope')
    expectViolations(await encrypt(creator, 'x', 'a%20b'), { 'ProjectResource.encrypt.arg1': nameViolation })
  })
  test('accepts text only', async () => expectEmpty(await creator.post(`${v1('open')}/encrypt`, { json: 'x' }), 415))
})

describe('deleting', () => {
  test('is for owners', async () => {
    expectText(await member.delete(v1('open')), 403, denied(member, 'OWNER', 'open'))
  })

  test('of one that does not exist is a 404', async () => {
    expectText(await creator.delete(v1('nope')), 404, 'Project not found: nope')
  })

  test('lifts the restriction of secrets that were limited to it alone', async () => {
    const { id } = await world.project(org, 'linked', {}, creator)
    const scoped = await world.secret(org, { projectIds: id }, creator)
    expect((await creator.post(`${scoped.v1}/data`, { form: {} })).status).toBe(403)
    expectResult(await creator.delete(v1('linked')), 'DELETED')
    expect(made(await creator.get(scoped.v2)).projects).toEqual([])
    expect((await creator.post(`${scoped.v1}/data`, { form: {} })).text).toBe('value')
  })
})
