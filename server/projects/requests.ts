import { z } from 'zod'
import type { Violation } from '../errors.ts'
import { flag, map, text, uuid, visibility } from '../http/jackson.ts'
import { mapOf } from '../http/listLimits.ts'
import { ownerRequest } from '../users/owner.ts'
import { missing, nameViolations, tooLong } from '../violations.ts'

export const repositoryRequest = z
  .object({
    id: uuid.nullish(),
    name: text.nullish(),
    url: text.nullish(),
    branch: text.nullish(),
    commitId: text.nullish(),
    path: text.nullish(),
    secretId: uuid.nullish(),
    secretName: text.nullish(),
    // The old name of `secretName`.
    secret: text.nullish(),
    disabled: flag.nullish(),
    triggersDisabled: flag.nullish(),
    meta: map.nullish(),
  })
  .transform(({ secret, ...request }) => ({ ...request, secretName: request.secretName ?? secret }))

export type RepositoryRequest = z.infer<typeof repositoryRequest>

const audience = z.enum(['DISABLED', 'OWNERS', 'TEAM_MEMBERS', 'ORG_MEMBERS', 'EVERYONE'])

export const projectRequest = z.object({
  id: uuid.nullish(),
  name: text.nullish(),
  description: text.nullish(),
  orgId: uuid.nullish(),
  orgName: text.nullish(),
  repositories: mapOf(repositoryRequest).nullish(),
  cfg: map.nullish(),
  visibility: visibility.nullish(),
  owner: ownerRequest.nullish(),
  rawPayloadMode: audience.nullish(),
  outVariablesMode: audience.nullish(),
  processExecMode: z.enum(['DISABLED', 'READERS', 'WRITERS']).nullish(),
  meta: map.nullish(),
})

export type ProjectRequest = z.infer<typeof projectRequest>

/** As in the newest Concord; 2.44.0 leaves these checks to Git. An empty commit id counts as absent. */
const BRANCH = String.raw`^[^\x00-\x20\x7F~^:?*\[\\]+$`
const COMMIT_ID = '^[0-9a-fA-F]*$'

/** A violation of `@Pattern`. */
function mismatch(id: string, value: string | null | undefined, pattern: string): Violation[] {
  const fits = typeof value !== 'string' || new RegExp(pattern).test(value)
  return fits ? [] : [{ id, message: `must match "${pattern}"` }]
}

/** `at` is the path of the entry: Concord's violations have the class and the path. */
export function repositoryViolations(at: string, request: RepositoryRequest): Violation[] {
  const id = `RepositoryEntry.${at}`
  return [
    ...nameViolations(id, { name: request.name, secretName: request.secretName }),
    ...missing(`${id}.url`, request.url),
    ...tooLong(`${id}.url`, request.url, 2048),
    ...tooLong(`${id}.branch`, request.branch, 255),
    ...mismatch(`${id}.branch`, request.branch, BRANCH),
    ...tooLong(`${id}.commitId`, request.commitId, 64),
    ...mismatch(`${id}.commitId`, request.commitId, COMMIT_ID),
    ...tooLong(`${id}.path`, request.path, 2048),
  ]
}

export function projectViolations(request: ProjectRequest): Violation[] {
  const id = 'ProjectEntry.createOrUpdate.arg1'
  const repositories = Object.entries(request.repositories ?? {})
  return [
    ...nameViolations(id, { name: request.name, orgName: request.orgName }),
    ...tooLong(`${id}.description`, request.description, 1024),
    ...repositories.flatMap(([key, repository]) =>
      repositoryViolations(`createOrUpdate.arg1.repositories[${key}]`, repository),
    ),
  ]
}
