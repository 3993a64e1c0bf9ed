import { describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
import { admin } from './lib/caller.ts'
import { expectJson, expectResult, expectText, expectValidationError, jsonOf, namesOf } from './lib/expect.ts'
import { newWorld } from './lib/world.ts'

// Contract §6, the repositories of a project.

const world = newWorld('repos')
const [member, creator] = await Promise.all([world.user('member'), world.user('creator')])
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

  test('are filtered in any case, ordered by name, and then paged', async () => {
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
  onlyOnOurs('uncloned')('are saved without a look at them', async () => {
    await world.project(org, 'cloning', {}, creator)
    expectResult(await creator.post(at('cloning'), { json: UNREACHABLE }), 'CREATED')
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

  test('take the name of their secret as "secret" too', async () => {
    await world.project(org, 'alias', {}, creator)
    const json = { name: 'aliased', url: 'https://git.invalid/y.git', branch: 'main', secret: 'key', disabled: true }
    expectResult(await creator.post(at('alias'), { json }), 'CREATED')
    expect(jsonOf(await creator.get(at('alias', 'aliased'))).secretId).toBe(secret.id)
  })

  test('may use a secret of another organization, by its id', async () => {
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
