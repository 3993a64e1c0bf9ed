import { describe, expect, test } from 'vitest'
import { admin, anonymous } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectJson,
  expectMethodNotAllowed,
  expectNoOrg,
  expectNotInOrg,
  expectText,
  expectUnauthorized,
  expectValidationError,
} from './lib/expect.ts'
import { newWorld, UNKNOWN_ID } from './lib/world.ts'

// concord-api §4.6: requests of Concord's own console for processes, triggers and stores that do not exist.

const world = newWorld('empty')
const [creator, outsider] = await Promise.all([world.user('creator'), world.user('outsider')])
const org = await world.org('org', { visibility: 'PRIVATE' })
await world.team(org, 'team', { MEMBER: [creator] })
const repositories = { repo: { name: 'repo', url: 'https://git.invalid/x', branch: 'main', disabled: true } }
const closed = await world.project(org, 'closed', { visibility: 'PRIVATE', repositories }, creator)
await world.project(org, 'open', {}, creator)

const ACTIVITY = '/api/v2/service/console/user/activity'
const PROCESS = '/api/v2/process'
const TRIGGER = '/api/v2/trigger'
const JSONSTORE = `${org.v1}/jsonstore`
const capacity = (project: string) => `${org.v1}/project/${project}/kv/capacity`
const triggers = (project: string, repository = 'repo') => `${org.v1}/project/${project}/repo/${repository}/trigger`
const denied = `The current user (${outsider.name}) doesn't have the necessary access level (READER) to the project: closed`

test.each([ACTIVITY, PROCESS, TRIGGER, JSONSTORE, capacity('open'), triggers('closed')])(
  '%s requires credentials',
  async (path) => {
    expectUnauthorized(await anonymous.get(path), { challenge: true })
  },
)

test.each([ACTIVITY, PROCESS, TRIGGER, capacity('open')])('%s knows GET only', async (path) => {
  expectMethodNotAllowed(await admin.put(path, { json: {} }), 'GET, HEAD, OPTIONS')
})

test('there is no process activity', async () => {
  expectJson(await outsider.get(ACTIVITY, { query: { maxProjectsPerOrg: 5, maxOwnProcesses: 10 } }), {})
  expectEmpty(await outsider.get(ACTIVITY, { query: { maxOwnProcesses: 'x' } }), 404)
})

describe('processes', () => {
  const list = (query: Record<string, string | number>, as = creator as typeof admin) => as.get(PROCESS, { query })

  test('there are none', async () => {
    expectJson(await list({ limit: 51, offset: 0, initiator: creator.name }), [])
    expectJson(await list({ orgName: org.name }, outsider), [])
    expectJson(await list({ orgName: org.name, projectName: 'closed' }), [])
    expectJson(await list({ projectId: closed.id }), [])
  })
  test('of a project are for its readers', async () => {
    expectText(await list({ orgName: org.name, projectName: 'closed' }, outsider), 403, denied)
    expectText(await list({ projectId: closed.id }, outsider), 403, denied)
    expectJson(await list({ orgName: org.name, projectName: 'open' }, outsider), [])
  })
  test('of something that does not exist', async () => {
    expectNoOrg(await list({ orgName: 'no-such-org' }))
    expectValidationError(await list({ orgId: UNKNOWN_ID }), `Organization not found: ${UNKNOWN_ID}`)
    expectText(await list({ orgName: org.name, projectName: 'nope' }), 404, 'Project not found: nope')
    expectValidationError(await list({ projectId: UNKNOWN_ID }), `Project not found: ${UNKNOWN_ID}`)
    expectValidationError(await list({ projectName: 'closed' }), 'Organization name or ID is required')
  })
  test('come in pages', async () => {
    expectValidationError(await list({ limit: 0 }), "'limit' must be a positive number")
    expectValidationError(await list({ offset: -1 }), "'offset' must be a positive number or zero")
    expectEmpty(await list({ limit: 'x' }), 404)
    expectEmpty(await list({ projectId: 'x' }), 404)
  })
})

describe('triggers', () => {
  const list = (query: Record<string, string>, as = creator as typeof admin) => as.get(TRIGGER, { query })

  test('there are none in these', async () => {
    expectJson(await list({ type: 'cron', orgName: org.name }), [])
    expectJson(await list({ orgName: org.name, projectName: 'closed', repoName: 'repo' }), [])
    expectJson(await list({ orgName: org.name, projectName: 'closed' }, outsider), [])
  })
  test('of something that does not exist', async () => {
    expectNoOrg(await list({ orgName: 'no-such-org' }))
    expectValidationError(await list({ orgName: org.name, projectName: 'nope' }), 'Project not found: nope')
    const nope = { orgName: org.name, projectName: 'closed', repoName: 'nope' }
    expectText(await list(nope), 404, 'Repository not found: nope')
    expectValidationError(await list({ orgName: org.name, repoName: 'repo' }), 'Invalid project ID or name')
    expectFailure(await list({ projectName: 'closed' }), 'java.lang.IllegalArgumentException: Organization ID or name')
  })
  test('of a repository, for members who can read its project', async () => {
    expectJson(await creator.get(triggers('closed')), [])
    expectNotInOrg(await outsider.get(triggers('closed')), outsider, org)
    expectText(await creator.get(triggers('closed', 'nope')), 404, 'Repository not found: nope')
    expectValidationError(await creator.get(triggers('nope')), 'Project not found: nope')
    expectNoOrg(await creator.get('/api/v1/org/no-such-org/project/x/repo/y/trigger'))
  })
})

describe('JSON stores', () => {
  test('there are none', async () => {
    expectJson(await creator.get(JSONSTORE, { query: { offset: 0, limit: 51, filter: 'x' } }), [])
    expectJson(await outsider.get(JSONSTORE), [])
    expectEmpty(await creator.get(JSONSTORE, { query: { limit: 'x' } }), 404)
    expectNoOrg(await creator.get('/api/v1/org/no-such-org/jsonstore'))
  })
  test('so none has a name', async () => {
    const exists = `/api/service/console/org/${org.name}/jsonstore/store/exists`
    expectJson(await creator.get(exists), false)
    expectNotInOrg(await outsider.get(exists), outsider, org)
    expectNoOrg(await creator.get('/api/service/console/org/no-such-org/jsonstore/store/exists'))
  })
})

test('a key-value store is empty, for users who can read the project', async () => {
  expectJson(await creator.get(capacity('closed')), { size: 0 })
  expectJson(await outsider.get(capacity('open')), { size: 0 })
  expectText(await outsider.get(capacity('closed')), 403, denied)
  expectValidationError(await creator.get(capacity('nope')), 'Project not found: nope')
  expectNoOrg(await creator.get('/api/v1/org/no-such-org/project/x/kv/capacity'))
  expect((await creator.get(capacity('closed'))).text).toBe('{"size":0}')
})
