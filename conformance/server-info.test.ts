import { describe, expect, test } from 'vitest'
import { anonymous, withKey } from './lib/caller.ts'
import { expectEmpty, expectJson, expectMethodNotAllowed, jsonOf } from './lib/expect.ts'

// concord-api §13.

const PING = '/api/v1/server/ping'
const VERSION = '/api/v1/server/version'

describe('server info', () => {
  test('ping returns {"ok":true} to anybody', async () => {
    expectJson(await anonymous.get(PING), { ok: true })
  })

  test('version returns version, commit and environment to anybody', async () => {
    expectJson(await anonymous.get(VERSION), {
      ok: true,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      commitId: expect.any(String),
      env: expect.any(String),
    })
  })

  test('the environment is n/a by default', async () => {
    expect(jsonOf(await anonymous.get(VERSION)).env).toBe('n/a')
  })

  test('ping ignores invalid credentials', async () => {
    expectJson(await withKey('AAAA').get(PING), { ok: true })
  })

  test('HEAD works where GET does, without a body', async () => {
    const answer = await anonymous.head(PING)
    expect(answer).toMatchObject({ status: 200, type: 'application/json', text: '' })
  })

  test.each([PING, VERSION])('%s knows GET only', async (path) => {
    expectMethodNotAllowed(await anonymous.post(path, { json: {} }), 'GET, HEAD, OPTIONS')
  })

  test('a trailing slash does not matter', async () => {
    expectJson(await anonymous.get(`${PING}/`), { ok: true })
  })

  test('ping is available as JSON', async () => {
    expectJson(await anonymous.get(PING, { accept: 'application/json' }), { ok: true })
  })

  test('ping is not available as text: 406', async () => {
    expectEmpty(await anonymous.get(PING, { accept: 'text/plain' }), 406)
  })
})
