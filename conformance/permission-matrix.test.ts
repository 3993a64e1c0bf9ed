import { describe, expect, test } from 'vitest'
import { onlyOnOurs } from './differences.ts'
import { admin, anonymous, Caller, withKey } from './lib/caller.ts'
import { expectNotInOrg, expectSecretForbidden, expectText, expectUnauthorized, jsonOf, namesOf } from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import type { Form } from './lib/multipart.ts'
import { server } from './lib/server.ts'
import {
  KEY_PAIR,
  LOGIN,
  made,
  newWorld,
  PRIVATE_KEY,
  PUBLIC_KEY,
  removeLater,
  type Secret,
  STORE_PASSWORD,
  type User,
} from './lib/world.ts'
import { hasNewApiKeys } from './versions.ts'

/*
 * Who may do what to a secret (concord-api §1.1, §9.2–§9.4). Rows are people, columns operations; a cell says
 *
 *   +  it works
 *   R  403: no READER access to the secret      W  403: no WRITER access      O  403: no OWNER access
 *   M  403: no member of the organization       A  401: no credentials        K  401: an API key that has no user
 *   .  works, but the secret does not exist for them
 *   P  403: the secret is for processes of its project only      X  403: the process is of another project
 *
 * `search` is ours (`…/secrets`, with totals): it finds what `list` does. `data` is the value, `scoped` that of a secret that is linked to a project. `value` replaces the value and `password` the
 * store password, `link` limits the secret to a project, `owner` gives it to somebody, `move` takes it to an organization
 * where everybody of the table is a member. `grant` and `grants` are the access of one team and of all. The `leaver` owns
 * secrets of their own here, and is in no team of the organization any more.
 */

const PUBLIC_SECRETS = `
                list  search  exists  get  data  scoped  public  access  audit | create  update-v1  update-v2  value-v1  value-v2  password  link | move-v1  move-v2  owner-v1  owner-v2 | grant  grants  delete
admin           +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        +         +        | +      +       +
system-reader   +     +       +       +    +     +       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
system-writer   +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
org-owner       +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        +         +        | +      +       +
team-owner      +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
team-maintainer +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
team-member     +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
READER-grant    +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
WRITER-grant    +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
OWNER-grant     +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        +         +        | +      +       +
secret-owner    +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        +         +        | +      +       +
other-org       +     +       .       +    +     P       +       +       R     | M       M          M          M         M         M         M    | M        M        M         M        | M      M       M
no-org          +     +       .       +    +     P       +       +       R     | M       M          M          M         M         M         M    | M        M        M         M        | M      M       M
leaver          +     +       .       +    +     P       +       +       +     | M       M          M          M         M         M         M    | M        M        M         M        | M      M       M
agent-key       K     K       K       K    K     K       K       K       K     | K       K          K          K         K         K         K    | K        K        K         K        | K      K       K
anonymous       A     A       A       A    A     A       A       A       A     | A       A          A          A         A         A         A    | A        A        A         A        | A      A       A
session-inside  +     +       +       +    +     +       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
session-outside +     +       +       +    +     X       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
`

const PRIVATE_SECRETS = `
                list  search  exists  get  data  scoped  public  access  audit | create  update-v1  update-v2  value-v1  value-v2  password  link | move-v1  move-v2  owner-v1  owner-v2 | grant  grants  delete
admin           +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        +         +        | +      +       +
system-reader   +     +       +       +    +     +       +       +       +     | +       W          W          W         W         W         W    | W        W        W         W        | O      O       O
system-writer   +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
org-owner       +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        +         +        | +      +       +
team-owner      +     +       +       R    R     R       R       R       R     | +       W          W          W         W         W         W    | W        W        W         W        | O      O       O
team-maintainer +     +       +       R    R     R       R       R       R     | +       W          W          W         W         W         W    | W        W        W         W        | O      O       O
team-member     +     +       +       R    R     R       R       R       R     | +       W          W          W         W         W         W    | W        W        W         W        | O      O       O
READER-grant    +     +       +       +    +     P       +       +       +     | +       W          W          W         W         W         W    | W        W        W         W        | O      O       O
WRITER-grant    +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        O         O        | O      O       O
OWNER-grant     +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        +         +        | +      +       +
secret-owner    +     +       +       +    +     P       +       +       +     | +       +          +          +         +         +         +    | +        +        +         +        | +      +       +
other-org       .     .       .       R    R     R       R       R       R     | M       M          M          M         M         M         M    | M        M        M         M        | M      M       M
no-org          .     .       .       R    R     R       R       R       R     | M       M          M          M         M         M         M    | M        M        M         M        | M      M       M
leaver          +     +       .       +    +     P       +       +       +     | M       M          M          M         M         M         M    | M        M        M         M        | M      M       M
agent-key       K     K       K       K    K     K       K       K       K     | K       K          K          K         K         K         K    | K        K        K         K        | K      K       K
anonymous       A     A       A       A    A     A       A       A       A     | A       A          A          A         A         A         A    | A        A        A         A        | A      A       A
session-inside  +     +       +       +    +     +       +       +       +     | +       W          W          W         W         W         W    | W        W        W         W        | O      O       O
session-outside +     +       +       +    +     X       +       +       +     | +       W          W          W         W         W         W    | W        W        W         W        | O      O       O
`

const LEVELS: Record<string, string> = { R: 'READER', W: 'WRITER', O: 'OWNER' }
const PRINCIPAL = 'com.walmartlabs.concord.server.security.UserPrincipal'

const world = newWorld('matrix')
const user = (base: string, roles?: string[]) => world.user(base, roles ? { roles } : {})
const orgOwner = await user('orgowner')
const org = await world.org('org', { owner: orgOwner })
const target = await world.org('target')
const people: Record<string, User> = {
  'system-reader': await user('sysreader', ['concordSystemReader']),
  'system-writer': await user('syswriter', ['concordSystemWriter']),
  'org-owner': orgOwner,
  'team-owner': await user('teamowner'),
  'team-maintainer': await user('maintainer'),
  'team-member': await user('member'),
  'READER-grant': await user('granted-read'),
  'WRITER-grant': await user('granted-write'),
  'OWNER-grant': await user('granted-own'),
  'secret-owner': await user('owner'),
  'other-org': await user('elsewhere'),
  'no-org': await user('nowhere'),
  leaver: await user('leaver'),
}
const person = (name: string): User => people[name] ?? never(name)
const heir = await user('heir')

await world.team(org, 'plain', {
  OWNER: [person('team-owner')],
  MAINTAINER: [person('team-maintainer')],
  MEMBER: [person('team-member'), person('secret-owner')],
})
const readers = await world.team(org, 'readers', { MEMBER: [person('READER-grant')] })
const writers = await world.team(org, 'writers', { MEMBER: [person('WRITER-grant')] })
const owners = await world.team(org, 'owners', { MEMBER: [person('OWNER-grant')] })
await world.team(target, 'all', { MEMBER: Object.values(people).filter((one) => one !== person('no-org')) })
await world.leaveDefault(person('no-org'))
await world.leaveDefault(person('leaver'))
const inside = await world.project(org, 'inside')
const outside = await world.project(org, 'outside')

/** The token of a project's process, acting as a member with READER access; a server may not issue any. */
async function session(project: { name: string }): Promise<Caller> {
  const access = { teamId: readers.id, level: 'WRITER' }
  made(await admin.post(`${org.v1}/project/${project.name}/access`, { json: access }))
  const json = { orgName: org.name, projectName: project.name, ttl: 600 }
  const { sessionToken } = made(await person('READER-grant').post('/api/x/v1/process-session', { json }))
  return new Caller({ 'X-Concord-SessionToken': sessionToken })
}

/** The key of an agent, which has no user. */
async function agentKey(): Promise<Caller> {
  const { id, key } = made(await admin.post(`/api/v1/apikey/${world.unique('agent')}`, { type: 'application/json' }))
  removeLater(`/api/v1/apikey/${id}`)
  return withKey(key)
}

const callers: Record<string, Caller> = {
  ...{ ...people, admin, anonymous },
  ...(hasNewApiKeys ? { 'agent-key': await agentKey() } : {}),
  ...(server.processSessions
    ? { 'session-inside': await session(inside), 'session-outside': await session(outside) }
    : {}),
}
/** The user name in an error: a process acts as the user who started it. */
const actor = (who: string) => people[who] ?? person('READER-grant')

const grants = [
  { team: readers, level: 'READER' },
  { team: writers, level: 'WRITER' },
  { team: owners, level: 'OWNER' },
]

type Visibility = 'PUBLIC' | 'PRIVATE'
const secretWith = async (
  visibility: Visibility,
  form: Record<string, string | Buffer> = KEY_PAIR,
  owner = person('secret-owner'),
) => {
  const secret = await world.secret(org, { visibility, ...form }, person('secret-owner'))
  await world.grant(secret, grants)
  if (owner !== person('secret-owner')) made(await admin.post(secret.v1, { json: { owner: { id: owner.id } } }))
  return secret
}
/** The secrets for the operations, separate so that none sees another's changes. */
const KINDS: Record<string, Record<string, string | Buffer>> = {
  plain: KEY_PAIR,
  scoped: { ...KEY_PAIR, projectIds: inside.id },
  changed: LOGIN,
  locked: { ...LOGIN, storePassword: STORE_PASSWORD },
}

interface Operation {
  run: (secret: Secret, as: Caller, visibility: Visibility) => Promise<Answer>
  /** The secret to use; by default `plain`. */
  on?: keyof typeof KINDS
  /** If it succeeds, it needs its own secret. */
  consumes?: true
  /** The response on success. */
  result?: 'CREATED' | 'UPDATED' | 'DELETED'
  /** Whether the secret was found, for operations that succeed without it. */
  found?: (answer: Answer, secret: Secret) => boolean
  /** Only our server has it. */
  ours?: true
}

const bulk = grants.map(({ team, level }) => ({ teamId: team.id, level }))
const v1 =
  (json: Record<string, unknown>): Operation['run'] =>
  (secret, as) =>
    as.post(secret.v1, { json })
const v2 =
  (form: Form): Operation['run'] =>
  (secret, as, visibility) =>
    as.post(secret.v2, { form: { visibility, ...form } })
const update = (run: Operation['run'], more: Partial<Operation> = {}): Operation => ({
  ...{ run, result: 'UPDATED', on: 'changed', ...more },
})
let count = 0

const OPERATIONS: Record<string, Operation> = {
  list: {
    run: (_, as) => as.get(`${org.v2}/secret`),
    found: (answer, secret) => namesOf(answer).includes(secret.name),
  },
  search: {
    run: (secret, as) =>
      as.get(`/api/x/v1/org/${org.name}/secrets`, { query: { filter: secret.name, counts: 'true' } }),
    found: (answer, { name }) => {
      const { secrets, counts } = jsonOf(answer)
      expect(counts.matching).toBe(secrets.length)
      return secrets.some((each: { name: string }) => each.name === name)
    },
    ours: true,
  },
  exists: {
    run: (secret, as) => as.get(`/api/service/console/org/${org.name}/secret/${secret.name}/exists`),
    found: (answer) => jsonOf(answer),
  },
  get: { run: (secret, as) => as.get(secret.v2), found: (answer, { id }) => jsonOf(answer).id === id },
  data: {
    run: (secret, as) => as.post(`${secret.v1}/data`, { form: {} }),
    found: (answer) => answer.bytes.includes(PRIVATE_KEY),
  },
  scoped: {
    run: (secret, as) => as.post(`${secret.v1}/data`, { form: {} }),
    found: (answer) => answer.bytes.includes(PRIVATE_KEY),
    on: 'scoped',
  },
  public: {
    run: (secret, as) => as.get(`${secret.v1}/public`),
    found: (answer) => jsonOf(answer).publicKey === PUBLIC_KEY,
  },
  access: {
    run: (secret, as) => as.get(`${secret.v1}/access`),
    found: (answer) => jsonOf(answer).length === grants.length,
  },
  audit: {
    run: (secret, as) => as.get('/api/v1/audit', { query: { 'details.secretId': secret.id, action: 'CREATE' } }),
    found: (answer, { id }) => jsonOf(answer)[0].details.secretId === id,
  },
  create: {
    run: (_, as, visibility) =>
      as.post(`${org.v1}/secret`, { form: { name: `new-${++count}`, visibility, type: 'DATA', data: 'x' } }),
    result: 'CREATED',
  },
  'update-v1': update(v1({})),
  'update-v2': update(v2({})),
  'value-v1': update(v1({ data: 'YQ==' })),
  'value-v2': update(v2({ type: 'DATA', data: 'a' })),
  // One after the other: concurrent changes of a value make ours encrypt again and again, which takes time, and of two
  // concurrent changes of links, one fails in Concord.
  password: update(v1({ storePassword: STORE_PASSWORD, newStorePassword: STORE_PASSWORD }), {
    ...{ on: 'locked', consumes: true },
  }),
  link: update(v2({ projectIds: inside.id }), { consumes: true }),
  'move-v1': update(v1({ orgId: target.id }), { consumes: true }),
  'move-v2': update(v2({ orgId: target.id }), { consumes: true }),
  'owner-v1': update(v1({ owner: { id: heir.id } }), { consumes: true }),
  'owner-v2': update(v2({ ownerId: heir.id }), { consumes: true }),
  grant: update((secret, as) => as.post(`${secret.v1}/access`, { json: bulk[0] })),
  grants: update((secret, as) => as.post(`${secret.v1}/access/bulk`, { json: bulk })),
  delete: { run: (secret, as) => as.delete(secret.v1), consumes: true, result: 'DELETED' },
}

function expectCell(cell: string, answer: Answer, secret: Secret, who: string, { found, result }: Operation) {
  if (cell === '+' || cell === '.') {
    expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({ status: 200, text: '' })
    if (found) expect(found(answer, secret)).toBe(cell === '+')
    else expect(jsonOf(answer)).toMatchObject({ ok: true, result })
  } else if (cell === 'A') expectUnauthorized(answer, { challenge: true })
  else if (cell === 'K') expectText(answer, 401, `Can't determine the current principal (${PRINCIPAL})`)
  else if (cell === 'M') expectNotInOrg(answer, actor(who), org)
  else if (cell === 'P' || cell === 'X') {
    const where = cell === 'P' ? 'within a running process' : 'within the project they belong to'
    expectText(answer, 403, `Project-scoped secrets can only be accessed ${where}. Secret: ${secret.name}`)
  } else expectSecretForbidden(answer, LEVELS[cell] ?? never(cell), secret.name)
}

const meaning = (cell: string) => (cell === '+' ? 'may' : cell === '.' ? 'does not find it:' : 'may not')

describe.each<[Visibility, string]>([
  ['PUBLIC', PUBLIC_SECRETS],
  ['PRIVATE', PRIVATE_SECRETS],
])('a %s secret', async (visibility, table) => {
  const secrets: Record<string, Secret> = {}
  const leavers: Record<string, Secret> = {}
  for (const [kind, form] of Object.entries(KINDS)) {
    secrets[kind] = await secretWith(visibility, form)
    leavers[kind] = await secretWith(visibility, form, person('leaver'))
  }
  const [header = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.split(/[\s|]+/).filter(Boolean))

  for (const [who = '', ...cells] of rows) {
    const as = callers[who]
    describe.skipIf(!as).concurrent(who, () => {
      for (const [i, what] of header.entries()) {
        const cell = cells[i] ?? never(who)
        const operation = OPERATIONS[what] ?? never(what)
        const testIt = operation.ours ? onlyOnOurs('morePaths') : test
        testIt(`${who} ${meaning(cell)} ${what}`, async () => {
          const kind = operation.on ?? 'plain'
          const own = operation.consumes && cell === '+'
          const theirs = who === 'leaver' ? leavers : secrets
          const secret = own ? await secretWith(visibility, KINDS[kind]) : (theirs[kind] ?? never(what))
          const answer = await operation.run(secret, as ?? never(who), visibility)
          expectCell(cell, answer, secret, who, operation)
        })
      }
    })
  }
})

function never(what: string): never {
  throw new Error(`The table does not match: ${what}`)
}
