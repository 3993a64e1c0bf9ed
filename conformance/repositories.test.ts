import { describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
import { admin } from './lib/caller.ts'
import {
  expectFailure,
  expectIdResult,
  expectJson,
  expectNotInOrg,
  expectResult,
  expectText,
  expectValidationError,
  expectViolations,
  jsonOf,
  namesOf,
} from './lib/expect.ts'
import { newWorld } from './lib/world.ts'
import { revisionsHaveAPattern } from './versions.ts'

// concord-api §6, the repositories of a project.

const world = newWorld('repos')
const [member, creator, outsider] = await Promise.all([
  world.user('member'),
  world.user('creator'),
  world.user('outsider'),
])
const org = await world.org('org')
const other = await world.org('other')
await world.team(org, 'team', { MEMBER: [member, creator] })
const secret = await world.secret(org, { name: 'key', visibility: 'PRIVATE' }, creator)
const repositories = {
  repo: { name: 'repo', url: 'https://git.invalid/x.git', branch: 'main', secretName: 'key', disabled: true },
}
const hidden = await world.project(org, 'closed', { visibility: 'PRIVATE', repositories }, creator)
const at = (project: string, name = '') => `${org.v1}/project/${project}/repository${name && `/${name}`}`
const denied = (user: { name: string }, level: string, name: string) =>
  `The current user (${user.name}) doesn't have the necessary access level (${level}) to the project: ${name}`

describe('repositories', () => {
  test('are listed with the secret that they use', async () => {
    expectJson(await creator.get(at('closed')), [
      {
        ...{
          id: expect.any(String),
          projectId: hidden.id,
          name: 'repo',
          url: 'https://git.invalid/x.git',
          branch: 'main',
        },
        ...{
          secretId: secret.id,
          secretName: 'key',
          secretStoreType: 'concord',
          disabled: true,
          triggersDisabled: false,
        },
      },
    ])
  })

  test('are filtered ignoring case, ordered by name, and then paged', async () => {
    const repository = { url: 'https://git.invalid/x.git', branch: 'main', disabled: true }
    const names = ['xone', 'three', 'xtwo', 'xfour']
    const repositories = Object.fromEntries(names.map((name) => [name, { ...repository, name }]))
    await world.project(org, 'many', { repositories }, creator)
    const page = async (query: Record<string, string | number>) => namesOf(await creator.get(at('many'), { query }))
    expect(await page({})).toEqual(['three', 'xfour', 'xone', 'xtwo'])
    expect(await page({ filter: 'X' })).toEqual(['xfour', 'xone', 'xtwo'])
    expect(await page({ filter: 'X', offset: 1, limit: 1 })).toEqual(['xone'])
    expect(await page({ offset: 3, limit: 5 })).toEqual(['xtwo'])
  })

  const UNREACHABLE = { name: 'away', url: 'http://127.0.0.1:9/away.git', branch: 'main' }
  onlyOnConcord('uncloned')('that cannot be cloned are a 500, unless they are disabled', async () => {
    await world.project(org, 'cloning', {}, creator)
    const answer = await creator.post(at('cloning'), { json: UNREACHABLE })
    expect(answer).toMatchObject({ status: 500, type: 'text/plain;charset=utf-8' })
    expect(answer.text).toMatch(/^Error while loading process definition: /)
  })
  onlyOnOurs('uncloned')('are saved without cloning them', async () => {
    await world.project(org, 'cloning', {}, creator)
    expectResult(await creator.post(at('cloning'), { json: UNREACHABLE }), 'CREATED')
  })

  describe('without a branch and a commit id', async () => {
    const bare = { name: 'bare', url: 'https://git.invalid/x.git' }
    const CHECK = 'org.jooq.exception.'
    await world.project(org, 'bare', {}, creator)
    const save = (json: object) => creator.post(at('bare'), { json })

    test('are a database error if they are disabled', async () => {
      expectFailure(await save({ ...bare, disabled: true }), CHECK)
      const project = { name: 'never', repositories: { bare: { ...bare, disabled: true } } }
      expectFailure(await creator.post(`${org.v1}/project`, { json: project }), CHECK)
      expectText(await creator.get(`${org.v2}/project/never`), 404, 'Project not found: never')
    })
    test('are a validation error if they are not', async () => {
      expectValidationError(await save(bare), 'Branch or CommitId required')
      const project = { name: 'never', repositories: { bare } }
      expectValidationError(await creator.post(`${org.v1}/project`, { json: project }), 'Branch or CommitId required')
    })
    test('cannot result from an update either', async () => {
      const both = { ...bare, name: 'both', disabled: true }
      expectResult(await save({ ...both, branch: 'main' }), 'CREATED')
      expectFailure(await save(both), CHECK)
      expectResult(await save({ ...both, commitId: 'abc123' }), 'CREATED')
      expect(jsonOf(await creator.get(at('bare', 'both')))).not.toHaveProperty('branch')
    })
  })

  describe.runIf(revisionsHaveAPattern)('with a revision that Git does not accept', async () => {
    await world.project(org, 'revisions', {}, creator)
    const repository = { name: 'repo', url: 'https://git.invalid/x.git', disabled: true }
    const save = (json: object) => creator.post(at('revisions'), { json: { ...repository, ...json } })
    const BRANCH = { 'RepositoryEntry.createOrUpdate.arg2.branch': 'must match "^[^\\x00-\\x20\\x7F~^:?*\\[\\\\]+$"' }

    test.each(['a b', ' main', '', 'a~1', 'a^', 'a:b', 'a?', 'a*', 'a[b', 'a\\b', 'a\tb', 'a\u007f'])(
      'are rejected: branch %j',
      async (branch) => expectViolations(await save({ branch }), BRANCH),
    )
    test('are rejected: commit id', async () => {
      const id = 'RepositoryEntry.createOrUpdate.arg2.commitId'
      expectViolations(await save({ commitId: 'main' }), { [id]: 'must match "^[0-9a-fA-F]*$"' })
      expectViolations(await save({ commitId: 'a'.repeat(65) }), { [id]: 'size must be between 0 and 64' })
    })
    test('are the only ones rejected', async () => {
      expectResult(await save({ branch: 'feature/größe-1.0_x@{y}' }), 'CREATED')
      expectResult(await save({ branch: 'b'.repeat(255) }), 'CREATED')
      expectResult(await save({ commitId: 'aB0'.repeat(21) }), 'CREATED')
    })
  })

  test('can be read one by one', async () => {
    expect(jsonOf(await creator.get(at('closed', 'repo')))).toMatchObject({ name: 'repo', secretId: secret.id })
  })

  test('of a private project are denied to a member', async () => {
    expectText(await member.get(at('closed')), 403, denied(member, 'READER', 'closed'))
  })

  test('that do not exist are a 404', async () =>
    expectText(await creator.get(at('closed', 'nope')), 404, 'Repository not found: nope'))
  test('of a project that does not exist are a validation error', async () => {
    expectValidationError(await creator.get(at('nope')), 'Project not found: nope')
    expectValidationError(await creator.get(at('nope', 'repo')), 'Project not found: nope')
  })

  test('can be added, without a secret too, and deleted', async () => {
    await world.project(org, 'repos', {}, creator)
    const json = { name: 'bare', url: 'https://git.invalid/y.git', branch: 'main', disabled: true }
    expectResult(await creator.post(at('repos'), { json }), 'CREATED')
    const entry = jsonOf(await creator.get(at('repos', 'bare')))
    expect(entry).toMatchObject({ name: 'bare', disabled: true })
    expect(entry).not.toHaveProperty('secretId')
    expectResult(await creator.delete(at('repos', 'bare')), 'DELETED')
    expectValidationError(await creator.delete(at('repos', 'bare')), 'Repository not found: bare')
  })

  test('are changed by name, and renamed by id', async () => {
    await world.project(org, 'changing', {}, creator)
    const json = { name: 'repo', url: 'https://git.invalid/y.git', branch: 'main', disabled: true }
    expectResult(await creator.post(at('changing'), { json }), 'CREATED')
    const { id } = jsonOf(await creator.get(at('changing', 'repo')))
    await creator.post(at('changing'), { json: { ...json, branch: 'next', secretName: 'key' } })
    expect(jsonOf(await creator.get(at('changing', 'repo')))).toMatchObject({ id, branch: 'next', secretId: secret.id })
    expectResult(await creator.post(at('changing'), { json: { ...json, id, name: 'renamed' } }), 'UPDATED')
    expect(namesOf(await creator.get(at('changing')))).toEqual(['renamed'])
  })
  test('can be saved and deleted with WRITER only', async () => {
    const json = { name: 'never', url: 'https://git.invalid/y.git', branch: 'main', disabled: true }
    expectText(await member.post(at('closed'), { json }), 403, denied(member, 'WRITER', 'closed'))
    expectText(await member.delete(at('closed', 'repo')), 403, denied(member, 'WRITER', 'closed'))
    expectNotInOrg(await outsider.delete(at('closed', 'repo')), outsider, org)
  })
  test('are replaced as a whole by those sent with the project, if any', async () => {
    const repository = { url: 'https://git.invalid/y.git', branch: 'main', disabled: true }
    const save = (more: object) => creator.post(`${org.v1}/project`, { json: { name: 'replaced', ...more } })
    expectIdResult(await save({ repositories: { one: repository, two: repository } }), 'CREATED')
    expectIdResult(await save({ repositories: { three: repository } }), 'UPDATED')
    expectIdResult(await save({ description: 'none' }), 'UPDATED')
    expect(namesOf(await creator.get(at('replaced')))).toEqual(['three'])
  })
  test('get their name from the key, and their secret by name, by id or by the old field', async () => {
    const repository = { url: 'https://git.invalid/x.git', branch: 'main', disabled: true }
    const repositories = {
      'by-name': { ...repository, secretName: 'key' },
      'by-id': { ...repository, secretId: secret.id, path: ' a/b ', commitId: '' },
      'by-alias': { ...repository, secret: 'key' },
      without: { ...repository, name: 'named' },
    }
    await world.project(org, 'full', { repositories }, creator)
    const found = jsonOf(await creator.get(`${org.v1}/project/full`)).repositories
    expect(Object.keys(found).toSorted()).toEqual(['by-alias', 'by-id', 'by-name', 'named'])
    for (const name of ['by-alias', 'by-id', 'by-name']) expect(found[name].secretId).toBe(secret.id)
    expect(found['by-id']).toMatchObject({ name: 'by-id', path: 'a/b' })
    expect(found['by-id']).not.toHaveProperty('commitId')
    expect(found.named).not.toHaveProperty('secretId')
  })

  test('can use a secret of another organization, by id', async () => {
    const foreign = await world.secret(other)
    await world.project(org, 'foreign', {}, admin)
    const json = {
      name: 'repo',
      url: 'https://git.invalid/z.git',
      branch: 'main',
      secretId: foreign.id,
      disabled: true,
    }
    expectResult(await admin.post(at('foreign'), { json }), 'CREATED')
    expect(jsonOf(await admin.get(at('foreign', 'repo'))).secretId).toBe(foreign.id)
  })
})
