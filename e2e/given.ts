import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { admin, call, path, type User } from './concord.ts'

/*
 * The vocabulary of the stories: each creates what it needs through the REST API, with unique names, so that all can
 * run in parallel, in any order, and against a Concord that is in use.
 */

let numbered = 0
/** Numbered in pictures, which so stay the same: they are taken by one worker on a new server. */
export const unique = (what: string) => `${what}-${process.env.SCREENS ? ++numbered : randomBytes(4).toString('hex')}`

export type Org = { id: string; name: string }
export type Project = { id: string; name: string; orgName: string }
export type Team = { id: string; name: string; orgName: string }
export type Ref = { orgName: string; name: string }
export type Level = 'OWNER' | 'WRITER' | 'READER'
export type Entry = Ref & {
  id: string
  orgId: string
  type: string
  encryptedBy: string
  visibility: 'PUBLIC' | 'PRIVATE'
  owner?: { id: string; username: string }
  projects: { id: string; name: string }[]
}

/** A user with an API key who belongs to the given organizations only. */
export async function givenUser({ of = [], displayName }: { of?: Org[]; displayName?: string } = {}): Promise<User> {
  const username = unique('user')
  const shown = displayName ?? `Person ${username.slice(-8)}`
  const { id } = await call<{ id: string }>('/api/v1/user', {
    json: { username, userType: 'LOCAL', displayName: shown, email: `${username}@example.com` },
  })
  const { key } = await call<{ key: string }>('/api/v1/apikey', { json: { userId: id } })
  const user = { id, username, displayName: shown, apiKey: key }
  for (const org of of) await givenMember(org, user)
  return user
}

/** Through Concord's default team, which has no rights on any secret. */
export const givenMember = (org: Org, { id }: Pick<User, 'id'>) =>
  call(path`/api/v1/org/${org.name}/team/default/users`, { method: 'PUT', json: [{ userId: id, role: 'MEMBER' }] })

export async function givenOrg({
  name = unique('org'),
  visibility = 'PUBLIC',
}: {
  name?: string
  visibility?: 'PUBLIC' | 'PRIVATE'
} = {}): Promise<Org> {
  const { id } = await call<{ id: string }>('/api/v1/org', { json: { name, visibility } })
  return { id, name }
}

export async function givenTeam(org: Org, members: Pick<User, 'id'>[] = [], name = unique('team')): Promise<Team> {
  const { id } = await call<{ id: string }>(path`/api/v1/org/${org.name}/team`, { json: { name } })
  if (members.length > 0)
    await call(path`/api/v1/org/${org.name}/team/${name}/users`, {
      method: 'PUT',
      json: members.map((member) => ({ userId: member.id, role: 'MEMBER' })),
    })
  return { id, name, orgName: org.name }
}

export async function givenProject(
  org: Org,
  { name = unique('project'), visibility = 'PUBLIC' }: { name?: string; visibility?: 'PUBLIC' | 'PRIVATE' } = {},
): Promise<Project> {
  const { id } = await call<{ id: string }>(path`/api/v1/org/${org.name}/project`, { json: { name, visibility } })
  return { id, name, orgName: org.name }
}

/** Disabled, because Concord clones other repositories before saving them. */
export async function givenRepository({ orgName, name: project }: Project, secret: Ref, name = unique('repo')) {
  await call(path`/api/v1/org/${orgName}/project/${project}/repository`, {
    json: {
      name,
      url: `git@git.example.com:team/${name}.git`,
      branch: 'main',
      secretName: secret.name,
      disabled: true,
    },
  })
  return { name, project }
}

type Secret = {
  name?: string
  visibility?: 'PUBLIC' | 'PRIVATE'
  projects?: Project[]
  storePassword?: string
  /** The creator, and so the owner. */
  by?: Pick<User, 'apiKey'>
  /** A single value by default. */
  parts?: Record<string, string | Blob>
}

export async function givenSecret(
  org: Org,
  {
    name = unique('secret'),
    visibility = 'PRIVATE',
    projects,
    storePassword,
    by = admin(),
    parts = { type: 'DATA', data: new Blob(['a value of no interest']) },
  }: Secret = {},
): Promise<Entry> {
  await call(path`/api/v1/org/${org.name}/secret`, {
    as: by,
    form: {
      name,
      visibility,
      storePassword,
      projectIds: projects?.map(({ id }) => id).join(',') || undefined,
      ...parts,
    },
  })
  return readSecret({ orgName: org.name, name })
}

/** A pair generated here: the server would take a second. */
export function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  // An OpenSSH line: the key's type and its 32 bytes, each preceded by its length.
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const line = Buffer.concat([sized(Buffer.from('ssh-ed25519')), sized(raw)]).toString('base64')
  return {
    public: `ssh-ed25519 ${line} story@example.com\n`,
    private: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
  }
}

function sized(bytes: Buffer) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

export function keyPairParts({ public: publicKey, private: privateKey } = keyPair()) {
  return { type: 'KEY_PAIR', public: new Blob([publicKey]), private: new Blob([privateKey]) }
}

export const givenAccess = ({ orgName, name }: Ref, team: Team, level: Level) =>
  call(path`/api/v1/org/${orgName}/secret/${name}/access`, { json: { teamId: team.id, level } })

/** A team with this level on the secret, and this one member. */
export async function givenRight(secret: Ref, org: Org, user: Pick<User, 'id'>, level: Level) {
  const team = await givenTeam(org, [user])
  await givenAccess(secret, team, level)
  return team
}

export const readSecret = ({ orgName, name }: Ref) => call<Entry>(path`/api/v2/org/${orgName}/secret/${name}`)

/** Two organizations, a member of both, and a secret of theirs in the first. */
export async function givenMovable() {
  const [from, to] = await Promise.all([givenOrg(), givenOrg()])
  const user = await givenUser({ of: [from, to] })
  const secret = await givenSecret(from, { by: user })
  return { from, to, user, secret }
}
