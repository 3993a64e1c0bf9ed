import { describe, expect, test } from 'vitest'
import { admin } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectNoOrg,
  expectNotInOrg,
  expectText,
  expectValidationError,
  expectViolations,
  VALIDATION_TYPE,
} from './lib/expect.ts'
import { newWorld } from './lib/world.ts'
import { nameViolation } from './versions.ts'

// concord-api §3.

const world = newWorld('errors')
const org = await world.org('org')
const outsider = await world.user('outsider')
const secret = await world.secret(org)
const team = await world.team(org, 'team')

describe('errors', () => {
  test('a violation of Concord’s rules is a validation error', async () => {
    expectNoOrg(await admin.get('/api/v2/org/no-such-org/secret'))
  })

  test('a bean validation error names class, method and argument', async () => {
    expectViolations(await admin.post('/api/v1/org', { json: { name: 'a b' } }), {
      'OrganizationEntry.createOrUpdate.arg0.name': nameViolation,
    })
  })

  test('each bean validation error is a separate element', async () => {
    const answer = await admin.post(`/api/v1/org/a%20b/project`, {
      json: { name: 'c d', description: 'x'.repeat(1025) },
    })
    expectViolations(answer, {
      'ProjectResource.createOrUpdate.arg0': nameViolation,
      'ProjectEntry.createOrUpdate.arg1.name': nameViolation,
      'ProjectEntry.createOrUpdate.arg1.description': 'size must be between 0 and 1024',
    })
  })

  test('an element of a list is named by its index', async () => {
    const json = [{ teamId: team.id, level: 'READER' }, { teamId: team.id }]
    expectViolations(await admin.post(`${secret.v1}/access/bulk`, { json }), {
      'ResourceAccessEntry.updateAccessLevel.arg2[1].level': 'must not be null',
    })
  })

  test('a validation error has no body if only application/json is accepted', async () => {
    expectEmpty(await admin.get('/api/v2/org/no-such-org/secret', { accept: 'application/json' }), 400)
  })

  test('a bean validation error has no body if only application/json is accepted', async () => {
    expectEmpty(await admin.post('/api/v1/org', { json: { name: 'a b' }, accept: 'application/json' }), 400)
  })

  test.each(['*/*', `application/json, ${VALIDATION_TYPE}`, 'application/*'])(
    'a validation error has a body if %s is accepted',
    async (accept) => {
      expectNoOrg(await admin.get('/api/v2/org/no-such-org/secret', { accept }))
    },
  )

  test('a text error is plain text', async () => {
    expectText(await admin.get(`${org.v2}/project/nope`), 404, 'Project not found: nope')
  })

  test('a denied access is a 403 in plain text', async () => {
    expectNotInOrg(await outsider.get(`${org.v1}/team/team`), outsider, org)
  })

  test('a missing secret is a 404 without a body', async () => {
    expectEmpty(await admin.get(`${org.v2}/secret/nope`), 404)
  })

  test('a denied change of an organization is a 500', async () => {
    expectText(
      await outsider.post('/api/v1/org', { json: { name: world.unique('never') } }),
      500,
      "ERROR: org.apache.shiro.authz.AuthorizationException: Only roles with 'createOrg' permission are allowed to update organizations",
    )
  })
})

describe('bodies', () => {
  const post = (body: string | undefined, type = 'application/json') =>
    admin.post(secret.v1, { ...(body === undefined ? {} : { body }), type })

  test('malformed JSON is a 500', async () => expectFailure(await post('{"name":'), 'com.fasterxml.jackson.'))
  test('no body where JSON is expected is a 500', async () =>
    expectFailure(await post(undefined), 'java.lang.NullPointerException'))
  test('null where JSON is expected is a 500', async () =>
    expectFailure(await post('null'), 'java.lang.NullPointerException'))
  test('a list instead of an object is a 500', async () => expectFailure(await post('[]'), 'com.fasterxml.jackson.'))
  test('an invalid enum is a 500', async () =>
    expectFailure(await post('{"visibility":"SECRET"}'), 'com.fasterxml.jackson.'))
  test('an empty enum is a 500', async () => expectFailure(await post('{"visibility":""}'), 'com.fasterxml.jackson.'))
  test('a malformed UUID is a 500', async () =>
    expectFailure(await post('{"projectId":"abc"}'), 'com.fasterxml.jackson.'))
  test('an empty UUID counts as absent', async () => expect((await post('{"orgId":""}')).status).toBe(200))
  test('an empty object is fine', async () => expect((await post('{}')).status).toBe(200))

  test.each([
    ['text', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
  ])('%s where JSON is expected is a 415', async (_, type) => expectEmpty(await post('{}', type), 415))

  test('a body without a type is a 415', async () => {
    expectEmpty(await admin.post(secret.v1, { body: '{}' }), 415)
  })

  test('a type with a charset is fine', async () => {
    expect((await post('{}', 'application/json; charset=UTF-8')).status).toBe(200)
  })

  test('JSON where multipart is expected is a 415', async () => {
    expectEmpty(await admin.post(`${org.v1}/secret`, { json: { name: 'abc', type: 'DATA' } }), 415)
  })

  test('multipart without a boundary is a 500', async () => {
    expectFailure(
      await admin.post(`${org.v1}/secret`, { body: 'x', type: 'multipart/form-data' }),
      'java.io.IOException: RESTEASY007550: Unable to get boundary for multipart',
    )
  })

  test('multipart without parts counts as no fields', async () => {
    expectValidationError(await admin.post(`${org.v1}/secret`, { form: {} }), "'type' is required")
  })
})

describe('Accept', () => {
  test('one that cannot be satisfied is a 406 without a body', async () => {
    expectEmpty(await admin.get(org.v1, { accept: 'text/html' }), 406)
  })

  test('it is checked before the permission', async () => {
    expectEmpty(await outsider.get(`${org.v1}/team/team`, { accept: 'image/png' }), 406)
  })

  test('text errors do not depend on it', async () => {
    expectText(
      await admin.get(`${org.v2}/project/nope`, { accept: 'application/json' }),
      404,
      'Project not found: nope',
    )
  })
})
