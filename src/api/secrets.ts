import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { createStore } from '../store.ts'
import { form, http, query, url } from './http.ts'
import type { OrgRef } from './orgs.ts'
import type {
  FoundSecrets,
  ListedSecret,
  OperationResult,
  PublicKey,
  ResourceAccess,
  Secret,
  SecretCreated,
  SecretEncryptedBy,
  SecretScope,
  SecretType,
  SecretUpdate,
  Visibility,
} from './types.ts'

export type SecretRef = OrgRef & { secretName: string }

export const refOf = ({ orgName, name }: Pick<Secret, 'orgName' | 'name'>): SecretRef => ({ orgName, secretName: name })

/** Concord's names (concord-api §1), as the `pattern` of an input. */
export const NAME_PATTERN = '[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}'
export const NAME_MEANING = '3 to 128 letters, digits and _ @ . - ~, with a letter or a digit first.'

export const isName = (name: string) => new RegExp(`^${NAME_PATTERN}$`).test(name)

type Part = { filter?: string | undefined; offset?: number | undefined; limit?: number | undefined }

const secretsPath = ({ orgName }: OrgRef, part: Part) => url`/api/v2/org/${orgName}/secret` + query(part)

/** The secrets of the organization that the caller may know of, by name in the database's collation (concord-api §1). */
export const secretListQuery = (org: OrgRef, part: Part = {}) =>
  queryOptions({
    queryKey: ['secrets', org.orgName, part],
    queryFn: ({ signal }) => http.get<Secret[]>(secretsPath(org, part), { signal }),
  })

/** Secrets are read in slices of this many. */
export const SLICE = 2_000
/** An organization with more secrets is not read to the end. */
export const MAX_READ = 20_000

/** How many kB of the slice that is being read have arrived: a number that moves shows that a slow server is not stuck. */
export const sliceProgress = createStore(0)

export type Slice = {
  secrets: Secret[]
  /** The offset of the next slice, if there is one to read. */
  next: number | undefined
  /** There are more than `MAX_READ`. */
  isTooLong: boolean
}

/** All secrets of the organization, slice by slice: `fetchNextPage` reads the next one. */
export const allSecretsQuery = (org: OrgRef) =>
  infiniteQueryOptions({
    queryKey: ['allSecrets', org.orgName],
    queryFn: async ({ pageParam: offset, signal }): Promise<Slice> => {
      const onProgress = (bytes: number) => sliceProgress.set(Math.floor(bytes / 100_000) * 100)
      try {
        const secrets = await http.get<Secret[]>(secretsPath(org, { offset, limit: SLICE }), { signal, onProgress })
        const isFull = secrets.length === SLICE
        // Concord returns no totals. One row beyond the limit is all there is to know before the second slice.
        const beyond =
          isFull && offset === 0
            ? await http.get<Secret[]>(secretsPath(org, { offset: MAX_READ, limit: 1 }), { signal })
            : []
        const isTooLong = beyond.length > 0
        const next = offset + SLICE
        return { secrets, next: isFull && !isTooLong && next < MAX_READ ? next : undefined, isTooLong }
      } finally {
        sliceProgress.set(0)
      }
    },
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    // Megabytes: not for each look at another page or window.
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    // Comparing thousands of secrets with those before takes longer than rendering fifty.
    structuralSharing: false,
  })

/** What is asked for of the secrets of an organization. */
export type SecretQuestion = {
  filter?: string | undefined
  type?: SecretType
  visibility?: Visibility
  scope?: SecretScope
  protection?: SecretEncryptedBy
}

type FoundPart = { sort: `${'' | '-'}${'name' | 'type' | 'age'}`; offset: number; limit: number }

const searchPath = ({ orgName }: OrgRef, search: SecretQuestion & Partial<FoundPart> & { counts?: true }) =>
  url`/api/x/v1/org/${orgName}/secrets` + query(search)

/** Our own server only: a part of the secrets that match, in any order. */
export const foundSecretsQuery = (org: OrgRef, question: SecretQuestion, part: FoundPart) =>
  queryOptions({
    queryKey: ['foundSecrets', org.orgName, question, part],
    queryFn: async ({ signal }) => {
      const { secrets, hasMore } = await http.get<FoundSecrets>(searchPath(org, { ...question, ...part }), { signal })
      const listed = secrets.map(
        ({ projects, ...secret }): ListedSecret => ({
          ...org,
          ...secret,
          projects: projects.map((name) => ({ name })),
        }),
      )
      return { ...org, question, secrets: listed, hasMore, offset: part.offset, limit: part.limit }
    },
  })

/** Our own server only: how many secrets match, and would with other choices. */
export const secretCountsQuery = (org: OrgRef, question: SecretQuestion) =>
  queryOptions({
    queryKey: ['secretCounts', org.orgName, question],
    queryFn: async ({ signal }) => {
      const { counts } = await http.get<FoundSecrets>(searchPath(org, { ...question, limit: 0, counts: true }), {
        signal,
      })
      if (!counts) throw new Error('The server counted nothing')
      return { ...org, question, ...counts }
    },
    // The server looks at every secret for it.
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  })

export const secretQuery = ({ orgName, secretName }: SecretRef) =>
  queryOptions({
    queryKey: ['secret', orgName, secretName],
    queryFn: ({ signal, meta }) =>
      http.get<Secret>(url`/api/v2/org/${orgName}/secret/${secretName}`, { signal, ...meta }),
  })

/**
 * The public key of a pair that the server can decrypt. Only when the user asks: each reading writes an audit entry,
 * and it fails for pairs with a store password (concord-api §9.9). So it is a change, not a query.
 */
export const readPublicKey = ({ orgName, secretName }: SecretRef) =>
  http.get<PublicKey>(url`/api/v1/org/${orgName}/secret/${secretName}/public`)

/** Grants to teams, of this and of other organizations. */
export const secretAccessQuery = ({ orgName, secretName }: SecretRef) =>
  queryOptions({
    queryKey: ['secretAccess', orgName, secretName],
    queryFn: ({ signal, meta }) =>
      http.get<ResourceAccess[]>(url`/api/v1/org/${orgName}/secret/${secretName}/access`, { signal, ...meta }),
  })

/** Also false where the caller is not a member: prove membership first (concord-api §4.2). */
export const secretExistsQuery = ({ orgName, secretName }: SecretRef) =>
  queryOptions({
    queryKey: ['secretExists', orgName, secretName],
    queryFn: ({ signal }) =>
      http.get<boolean>(url`/api/service/console/org/${orgName}/secret/${secretName}/exists`, { signal }),
    staleTime: 0,
  })

/** The parts of a value, as Concord's multipart names them. KEY_PAIR without files: the server makes a new pair. */
export type SecretValue =
  | { type: 'KEY_PAIR'; public?: Blob; private?: Blob }
  | { type: 'USERNAME_PASSWORD'; username: string; password: string }
  | { type: 'DATA'; data: Blob }

export type NewSecret = SecretValue & {
  name: string
  /** Always sent: Concord's default is PUBLIC. */
  visibility: Visibility
  storeType?: string
  storePassword?: string
  generatePassword?: boolean
  projectIds?: string[]
}

/** The answer has the generated key and store password, this once. */
export const createSecret = ({ orgName }: OrgRef, { projectIds, ...secret }: NewSecret) =>
  http.postForm<SecretCreated>(
    url`/api/v1/org/${orgName}/secret`,
    form({ ...secret, projectIds: projectIds?.join(','), generatePassword: secret.generatePassword || undefined }),
  )

/** Rename, visibility, owner and move; omitted fields stay. The v2 endpoint would make the secret PUBLIC. */
export const updateSecret = ({ orgName, secretName }: SecretRef, change: SecretUpdate) =>
  http.post<OperationResult>(url`/api/v1/org/${orgName}/secret/${secretName}`, change)

/** The secret as it is now: v2 makes it PUBLIC when the current visibility is not sent along (concord-api §9.6). */
type Current = Pick<Secret, 'orgName' | 'name' | 'visibility'>

const postV2 = ({ orgName, name, visibility }: Current, fields: Parameters<typeof form>[0]) =>
  http.postForm<OperationResult>(url`/api/v2/org/${orgName}/secret/${name}`, form({ visibility, ...fields }))

/** Replaces the projects that may use the secret. None at all means: every project (concord-api §9.6). */
export const linkProjects = (secret: Current, projectIds: string[]) =>
  postV2(secret, projectIds.length ? { projectIds: projectIds.join(',') } : { removeProjectLink: true })

export const deleteSecret = ({ orgName, secretName }: SecretRef) =>
  http.delete<OperationResult>(url`/api/v1/org/${orgName}/secret/${secretName}`)

/** Replaces all grants. Concord looks at `teamId` and `level` only. */
export const replaceSecretAccess = ({ orgName, secretName }: SecretRef, access: ResourceAccess[]) =>
  http.post<OperationResult>(
    url`/api/v1/org/${orgName}/secret/${secretName}/access/bulk`,
    access.map(({ teamId, level }) => ({ teamId, level })),
  )
