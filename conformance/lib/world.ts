import { appendFileSync } from 'node:fs'
import { admin, Caller, withKey } from './caller.ts'
import type { Answer } from './http.ts'
import type { Form } from './multipart.ts'
import { server } from './server.ts'

/*
 * The setup for tests: organizations, users, teams, projects and secrets, created through the API as an admin. All have
 * names unique to this run, and all are removed at the end of the run (setup.ts).
 */

export interface Named {
  id: string
  name: string
}

export interface Org extends Named {
  /** `/api/v1/org/NAME`, `/api/v2/org/NAME` */
  v1: string
  v2: string
}

export interface Secret extends Named {
  /** `/api/v1/org/ORG/secret/NAME`, `/api/v2/…` */
  v1: string
  v2: string
}

/** A LOCAL user with one API key, named `main`. */
export class User extends Caller {
  constructor(
    readonly id: string,
    readonly name: string,
    readonly key: string,
    readonly keyId: string,
  ) {
    super({ Authorization: key })
  }
}

export type TeamRole = 'OWNER' | 'MAINTAINER' | 'MEMBER'

let count = 0

/** A unique name: a prefix, the test file's label, the run's word. */
export type World = ReturnType<typeof newWorld>

/** @param label the test file's own word; keeps the names of parallel files apart */
export function newWorld(label: string) {
  const unique = (base: string) => `${base}-${label}-${server.run}`.toLowerCase()

  async function org(
    base: string,
    { owner, ...more }: { owner?: User; visibility?: string; [key: string]: unknown } = {},
  ) {
    const name = unique(base)
    removeLater(`/api/v1/org/${name}?confirmation=yes`)
    const json = { name, ...(owner ? { owner: { id: owner.id } } : {}), ...more }
    const { id } = made(await admin.post('/api/v1/org', { json }))
    return orgNamed(id, name)
  }

  async function user(
    base: string,
    { roles, ...more }: { roles?: string[]; displayName?: string; email?: string } = {},
  ) {
    const username = unique(base)
    const json = { username, userType: 'LOCAL', displayName: `The ${base}`, ...more, ...(roles ? { roles } : {}) }
    const { id } = made(await admin.post('/api/v1/user', { json }))
    removeLater(`/api/v1/user/${id}`)
    const key = made(await admin.post('/api/v1/apikey', { json: { userId: id, name: 'main' } }))
    return new User(id, username, key.key, key.id)
  }

  /** Removes a user from the one team of every new user, so that they have no memberships. */
  async function leaveDefault({ name }: User) {
    made(await admin.delete('/api/v1/org/Default/team/default/users', { json: [name] }))
  }

  /** Creates a team with the given members, by role. */
  async function team(org: Org, base: string, members: { [role in TeamRole]?: User[] } = {}): Promise<Named> {
    const { id } = made(await admin.post(`${org.v1}/team`, { json: { name: base } }))
    const list = Object.entries(members).flatMap(([role, users]) => users.map(({ id: userId }) => ({ userId, role })))
    if (list.length > 0) made(await admin.put(`${org.v1}/team/${base}/users`, { json: list }))
    return { id, name: base }
  }

  /** PUBLIC by default; owned by the admin, or by `as`. */
  async function project(
    org: Org,
    name: string,
    more: Record<string, unknown> = {},
    as: Caller = admin,
  ): Promise<Named> {
    const { id } = made(await as.post(`${org.v1}/project`, { json: { name, ...more } }))
    return { id, name }
  }

  /** A DATA secret with the value `value` by default, PUBLIC like Concord's default. */
  async function secret(org: Org, form: Form & { name?: string } = {}, as: Caller = admin): Promise<Secret> {
    const { name = `s-${++count}`, ...fields } = form
    const value = 'type' in fields ? {} : { type: 'DATA', data: Buffer.from('value') }
    const { id } = made(await as.post(`${org.v1}/secret`, { form: { name, ...value, ...fields } }))
    return secretNamed(org, name, id)
  }

  /** Sets the teams with access to a secret, and removes all others. */
  async function grant(secret: Secret, grants: { team: Named; level: string }[]) {
    made(
      await admin.post(`${secret.v1}/access/bulk`, {
        json: grants.map((g) => ({ teamId: g.team.id, level: g.level })),
      }),
    )
  }

  /** Creates a policy that forbids new secrets in an organization; returns its name. */
  const forbidSecrets = (org: Org, msg: string) => forbid(org, [{ action: 'create', entity: 'secret', msg }])

  /** Creates a policy that forbids some actions in an organization; returns its name. */
  async function forbid(
    org: Org,
    acts: { action: string; entity: string; msg: string; conditions?: object }[],
  ): Promise<string> {
    const name = `policy-of-${org.name}`
    removeLater(`/api/v2/policy/${name}`)
    const anywhere = { entity: { orgId: '.*' } }
    const rules = { entity: { deny: acts.map((act) => ({ conditions: anywhere, ...act })) } }
    made(await admin.post('/api/v2/policy', { json: { name, rules } }))
    made(await admin.put(`/api/v2/policy/${name}/link`, { json: { orgName: org.name } }))
    return name
  }

  return { unique, org, user, leaveDefault, team, project, secret, grant, forbid, forbidSecrets }
}

export const orgNamed = (id: string, name: string): Org => ({
  ...{ id, name, v1: `/api/v1/org/${name}`, v2: `/api/v2/org/${name}` },
})

export const secretNamed = (org: Org, name: string, id = ''): Secret => {
  const segment = encodeURIComponent(name)
  return { id, name, v1: `${org.v1}/secret/${segment}`, v2: `${org.v2}/secret/${segment}` }
}

/** Registers something to delete at the end of the run, even if the test fails. */
export function removeLater(path: string) {
  appendFileSync(server.ledger, `${path}\n`)
}

/** The response of a setup request; throws if it failed, which is not the test's own failure. */
export function made(answer: Answer) {
  if (answer.status !== 200) throw new Error(`Test setup failed: ${answer.status} ${answer.text}`)
  return answer.json()
}

export { admin, withKey }

/** Contains no three consecutive characters that a (lower-case) user name could contain. */
export const STORE_PASSWORD = 'Aa1Bb2Cc3'
export const OTHER_PASSWORD = 'Zz9Yy8Xx7'
export const PUBLIC_KEY = 'ssh-rsa AAAAB3Nza test'
export const PRIVATE_KEY = Buffer.from('-----BEGIN KEY-----\n\x00\x01\xff\n', 'latin1')
export const KEY_PAIR = { type: 'KEY_PAIR', public: Buffer.from(PUBLIC_KEY), private: PRIVATE_KEY }
export const LOGIN = { type: 'USERNAME_PASSWORD', username: 'joe', password: 'pa:ss word' }
export const UNKNOWN_ID = '11111111-2222-4333-8444-555555555555'
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d(\d\d)?)$/
