import { describe, expect, test } from 'vitest'
import { admin } from './lib/caller.ts'
import {
  expectFailure,
  expectJson,
  expectMethodNotAllowed,
  expectNoOrg,
  expectResult,
  expectText,
  expectViolations,
  jsonOf,
  VALIDATION_TYPE,
} from './lib/expect.ts'
import { newWorld } from './lib/world.ts'
import { nameViolation } from './versions.ts'

// concord-api §6: a project's configuration, and its values by path.

const world = newWorld('cfg')
const [creator, member, outsider] = await Promise.all([
  world.user('creator'),
  world.user('member'),
  world.user('outsider'),
])
const org = await world.org('org')
await world.team(org, 'team', { MEMBER: [creator, member] })
await world.project(org, 'closed', { visibility: 'PRIVATE', cfg: { a: 1 } }, creator)
await world.project(org, 'open', { cfg: { a: 1 } }, creator)

const at = (project: string, path = '') => `${org.v1}/project/${project}/cfg${path}`
const denied = (user: { name: string }, level: string, project: string) =>
  `The current user (${user.name}) doesn't have the necessary access level (${level}) to the project: ${project}`

let count = 0
/** A new project with this configuration: reads, writes and deletes by path. */
async function given(cfg: object | undefined) {
  const name = `project-${++count}`
  await world.project(org, name, cfg === undefined ? {} : { cfg }, creator)
  return {
    get: (path = '') => creator.get(at(name, path)),
    put: (path: string, body: string, type = 'application/json') => creator.put(at(name, path), { body, type }),
    delete: (path = '') => creator.delete(at(name, path)),
    project: async () => jsonOf(await creator.get(`${org.v2}/project/${name}`)),
  }
}

describe('reading', () => {
  test('returns the whole, an object in it, and values', async () => {
    const { get } = await given({ a: { b: 1.5, list: [1, { c: true }] }, s: 'some "text"' })
    expectJson(await get(), { a: { b: 1.5, list: [1, { c: true }] }, s: 'some "text"' })
    expectJson(await get('/a'), { b: 1.5, list: [1, { c: true }] })
    expectJson(await get('/a/list'), [1, { c: true }])
    expectJson(await get('/a/b'), 1.5)
    expectJson(await get('/a/b/'), 1.5)
  })
  test('returns a string without quotes, labelled as JSON', async () => {
    const { status, type, text } = await (await given({ s: 'some "text"' })).get('/s')
    expect({ status, type, text }).toEqual({ status: 200, type: 'application/json', text: 'some "text"' })
  })
  test('returns an empty object if there is no configuration', async () => {
    expectJson(await (await given(undefined)).get(), {})
  })
  test('of a missing value is a 404', async () => {
    const { get } = await given({ a: { b: 1 } })
    expectText(await get('/nope'), 404, 'Value not found: /nope')
    expectText(await get('/a/nope'), 404, 'Value not found: /a/nope')
    expectText(await get('/nope/nope'), 404, 'Value not found: /nope/nope')
    expectText(await (await given(undefined)).get('/a'), 404, 'Value not found: /a')
  })
  test('of a value that is not in an object fails', async () => {
    const { get } = await given({ s: 'text', list: [1] })
    expectFailure(await get('/s/a'), 'java.lang.IllegalArgumentException: Invalid data type, expected JSON object')
    expectFailure(await get('/list/0'), 'java.lang.IllegalArgumentException: Invalid data type, expected JSON object')
  })
})

describe('writing', () => {
  test('replaces the whole, and the project returns it', async () => {
    const { get, put, project } = await given({ a: 1 })
    expectResult(await put('', '{"b":{"c":2.0}}'), 'UPDATED')
    expect((await get()).text).toBe('{"b":{"c":2.0}}')
    expect(await project()).toMatchObject({ cfg: { b: { c: 2 } } })
  })
  test('replaces a value, or adds one to an existing object', async () => {
    const { get, put } = await given({ a: { b: 1 } })
    expectResult(await put('/a/b', '{"q":[1]}'), 'UPDATED')
    expectResult(await put('/a/new', '"text"'), 'UPDATED')
    expectResult(await put('/more%20words', 'true'), 'UPDATED')
    expectResult(await put('/__proto__', '5'), 'UPDATED')
    expect((await get()).text).toBe('{"a":{"b":{"q":[1]},"new":"text"},"__proto__":5,"more words":true}')
  })
  test('of null, or without a body, removes a value', async () => {
    const { get, put } = await given({ a: 1, b: 2, c: 3 })
    expectResult(await put('/a', 'null'), 'UPDATED')
    expectResult(await put('/b', ''), 'UPDATED')
    expectJson(await get(), { c: 3 })
  })
  test.each(['[1]', '1', '"text"', 'null', ''])('the whole must be an object, not %j', async (body) => {
    const { get, put } = await given({ a: 1 })
    const answer = await put('', body)
    expect(answer).toMatchObject({ status: 400, type: VALIDATION_TYPE })
    expect(answer.json()).toEqual([{ id: '*', message: expect.stringMatching(/^Expected a JSON object/) }])
    expectJson(await get(), { a: 1 })
  })
  test('creates no intermediate objects', async () => {
    const { get, put } = await given({ s: 'text' })
    expectFailure(await put('/new/deep', '1'), 'java.lang.NullPointerException')
    expectFailure(
      await put('/s/a', '1'),
      'java.lang.IllegalArgumentException: Value should be contained in a JSON object: s/a',
    )
    expectFailure(await put('/s/a/b', '1'), 'java.lang.IllegalArgumentException: Invalid data type')
    expectJson(await get(), { s: 'text' })
  })
  test('requires JSON', async () => {
    const { put } = await given({})
    expectFailure(await put('', '{bad'), 'com.fasterxml.jackson.')
    expect(await put('', '{}', 'text/plain')).toMatchObject({ status: 415, text: '' })
  })
})

describe('deleting', () => {
  test('removes a value, and the whole', async () => {
    const { get, delete: remove, project } = await given({ a: { b: 1, c: 2 }, d: 3 })
    expectResult(await remove('/a/b'), 'DELETED')
    expectJson(await get(), { a: { c: 2 }, d: 3 })
    expectResult(await remove(), 'DELETED')
    expectJson(await get(), {})
    expect(await project()).not.toHaveProperty('cfg')
  })
  test('of a missing value succeeds', async () => {
    const { get, delete: remove } = await given({ a: { b: 1 } })
    for (const path of ['/nope', '/nope/nope', '/a/nope/nope']) expectResult(await remove(path), 'DELETED')
    expectJson(await get(), { a: { b: 1 } })
    expectResult(await (await given(undefined)).delete('/a'), 'DELETED')
  })
  test('of a value that is not in an object fails', async () => {
    const { delete: remove } = await given({ s: 'text' })
    expectFailure(
      await remove('/s/a'),
      'java.lang.IllegalArgumentException: Value should be contained in a JSON object: s/a',
    )
  })
})

describe('the rights', () => {
  test('reading needs READER, which a PUBLIC project grants to everybody', async () => {
    expectJson(await outsider.get(at('open')), { a: 1 })
    expectText(await outsider.get(at('closed')), 403, denied(outsider, 'READER', 'closed'))
    expectText(await member.get(at('closed', '/a')), 403, denied(member, 'READER', 'closed'))
    expectJson(await admin.get(at('closed', '/a')), 1)
  })
  test('writing and deleting need WRITER, of a PUBLIC project too', async () => {
    for (const project of ['open', 'closed']) {
      for (const user of [member, outsider]) {
        expectText(await user.put(at(project), { json: {} }), 403, denied(user, 'WRITER', project))
        expectText(await user.put(at(project), { json: [] }), 403, denied(user, 'WRITER', project))
        expectText(await user.delete(at(project, '/a')), 403, denied(user, 'WRITER', project))
      }
    }
  })
  test('missing entities are reported first, and bad names before those', async () => {
    expectText(await creator.get(at('nope')), 404, 'Project not found: nope')
    expectText(await creator.put(at('nope'), { json: {} }), 404, 'Project not found: nope')
    expectNoOrg(await creator.delete('/api/v1/org/no-such-org/project/nope/cfg'))
    const bad = '/api/v1/org/a%20b/project/c%20d/cfg'
    const names = (method: string) => ({
      [`ProjectResource.${method}.arg0`]: nameViolation,
      [`ProjectResource.${method}.arg1`]: nameViolation,
    })
    expectViolations(await creator.get(bad), names('getConfiguration'))
    expectViolations(await creator.put(bad, { json: {} }), names('updateConfiguration'))
    expectViolations(await creator.delete(bad), names('deleteConfiguration'))
  })
  test('knows GET, PUT and DELETE', async () => {
    const allowed = 'DELETE, GET, HEAD, OPTIONS, PUT'
    expectMethodNotAllowed(await creator.post(at('open'), { json: {} }), allowed)
    expectMethodNotAllowed(await creator.post(at('open', '/a'), { json: {} }), allowed)
  })
})
