import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { sessionTokenOf } from '../../server/auth/sessionToken.ts'
import { newId } from '../../server/ids.ts'
import type { OpenApiDocument } from '../../server/openapi/document.ts'
import { givenSecret } from '../support/secrets.ts'
import {
  givenOrg,
  givenProcessSession,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../support/testServer.ts'
import { type FuzzedRequest, requestsTo, type World } from './requests.ts'
import { MAX_MS, RUNS, SEED } from './settings.ts'
import { givenWitnesses } from './witnesses.ts'

/** One server for strangers and members, with secrets they have no access to, and one for admins. */
const server = await startTestServer({ REQUESTS_PER_SECOND: 'off' })
const adminServer = await startTestServer({ REQUESTS_PER_SECOND: 'off' })
const witnesses = await givenWitnesses(server)
afterAll(async () => {
  await server.close()
  await adminServer.close()
})

const document = (await (await server.request('/api/openapi.json')).json()) as OpenApiDocument
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    method,
    operation,
  })),
)
/** Creating a new world takes as long as many requests; an old one may have lost the data that requests refer to. */
const OPERATIONS_PER_WORLD = 8
const TIMEOUT = RUNS * 2_000 + 60_000

describe.each([
  ['everybody but admins', server, []],
  ['admins', adminServer, ['concordAdmin']],
])('whatever %s send', (_, asked, roles) => {
  let world: World
  let used = 0
  test.each(operations)(
    '$name responds as Concord would',
    async ({ path, method, operation }) => {
      if (used++ % OPERATIONS_PER_WORLD === 0) world = await givenWorld(asked, roles, witnesses.words)
      const property = fc.asyncProperty(requestsTo(path, method, operation, world), async (request) => {
        const { status, text } = await answerTo(asked, request)
        expectConcords(status, text)
        if (request.plain) expect(Object.keys(operation.responses)).toContain(String(status))
      })
      // Cases have permanent effects, so a shrunk case would not fail for the same reason.
      await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
    },
    TIMEOUT,
  )
})

test('and the secrets of others are unchanged, byte for byte', async () => {
  await witnesses.check()
})

/** The targets and the callers: a member with all rights in the organization, a stranger, keys and tokens. */
async function givenWorld(asked: TestServer, roles: string[], others: World['words']): Promise<World> {
  const suffix = newId().slice(-8)
  const member = await givenUser(asked, `member-${suffix}`, ...roles)
  const stranger = await givenUser(asked, `stranger-${suffix}`, ...roles)
  const org = await givenOrg(asked, `org-${suffix}`, member)
  const team = await givenTeam(asked, org, `team-${suffix}`, [member], 'OWNER')
  const project = await givenProject(asked, org, `project-${suffix}`)
  const mine = await givenSecret(asked, org, `mine-${suffix}`, { ownerId: member.id, visibility: 'PRIVATE' })
  const scoped = await givenSecret(asked, org, `scoped-${suffix}`, { ownerId: member.id, projects: [project] })
  const pair = await givenSecret(asked, org, `pair-${suffix}`, { ownerId: stranger.id, type: 'KEY_PAIR' })
  const locked = await givenSecret(asked, org, `locked-${suffix}`, { ownerId: member.id, storePassword: 'Aa1!Bb2!Cc' })
  const instanceId = await givenProcessSession(asked, member, project)
  const secrets = [mine, scoped, pair, locked]
  const mixed = (kind: string, ...own: string[]) => [...own, ...own, ...(others[kind] ?? [])]
  const orgNames = mixed('orgName', org.name)
  const secretNames = [...secrets.map(({ name }) => name), ...(others.secretName ?? [])]
  const projectNames = mixed('projectName', project.name)
  const fresh = Array.from({ length: 12 }, (_, i) => `new-${suffix}-${i}`)
  const userNames = [member.username, stranger.username, 'keeper']
  const ids = { orgId: mixed('orgId', org.id), secretId: secrets.map(({ id }) => id), userId: [member.id, stranger.id] }
  return {
    words: {
      ...{ orgName: orgNames, org: orgNames, 'details.orgName': orgNames, ...ids, 'details.orgId': ids.orgId },
      ...{ secretName: secretNames, secret: secretNames, 'details.secretName': secretNames },
      ...{
        name: [...secretNames, team.name, ...projectNames, ...fresh],
        key: [`key-${suffix}`, 'bmV3LWtleQ=='],
      },
      ...{
        projectName: projectNames,
        project: projectNames,
        projects: projectNames,
        'details.projectName': projectNames,
      },
      ...{ projectId: mixed('projectId', project.id), projectIds: mixed('projectId', project.id) },
      ...{ teamName: mixed('teamName', team.name), teamId: mixed('teamId', team.id), instanceId: [instanceId] },
      ...{ username: userNames, user: [...userNames, ...ids.userId], ownerId: ids.userId, confirmation: ['yes'] },
      ...{
        id: [...ids.userId, org.id, team.id, project.id],
        storePassword: ['Aa1!Bb2!Cc'],
        type: ['DATA', 'key_pair'],
      },
      ...{ filter: ['o', '%', suffix], roles: ['concordSystemReader'], roleName: ['concordSystemWriter'] },
    },
    callers: {
      member: { Authorization: member.key },
      again: { Authorization: member.key },
      stranger: { Authorization: stranger.key },
      process: { 'X-Concord-SessionToken': sessionTokenOf(asked.services.masterKey, instanceId) },
    },
  }
}

async function answerTo({ app }: TestServer, { method, address, headers, body }: FuzzedRequest) {
  const sends = body && method !== 'GET' ? { body } : {}
  const answer = Promise.resolve(app.request(address, { method, headers, ...sends })).then(async (response) => ({
    status: response.status,
    text: await response.text(),
  }))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${MAX_MS} ms`)), MAX_MS)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

/** Java exceptions that Concord shows to its clients, and its own messages with a 500. */
const CONCORDS_500 = [
  /^ERROR: com\.fasterxml\.jackson\.(core\.JsonParseException|databind\.exc\.\w+): /,
  /^ERROR: java\.lang\.NullPointerException: null$/,
  /^ERROR: java\.lang\.(IllegalArgumentException|SecurityException): /,
  /^ERROR: java\.lang\.RuntimeException: java\.io\.UTFDataFormatException: /,
  /^ERROR: java\.io\.(IOException: RESTEASY007550|UnsupportedEncodingException)/,
  /^ERROR: org\.jooq\.exception\.(DataException|IntegrityConstraintViolationException)/,
  /^ERROR: org\.apache\.shiro\.authz\.AuthorizationException: /,
  /^(User not found: |Error parsing the request$|Error while retrieving LDAP information for |User is permanently disabled$)/,
  /^(Unknown user: |Can't determine current user: principal not found$)/,
]

function expectConcords(status: number, text: string) {
  expect(text).not.toContain('internal error')
  if (status < 500) return
  expect(status).toBe(500)
  expect(CONCORDS_500.some((pattern) => pattern.test(text)) ? '' : text).toBe('')
}
