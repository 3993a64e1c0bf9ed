import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { readOnce } from './freshness.ts'
import { http, query, url } from './http.ts'
import type { OrgRef } from './orgs.ts'
import { firstPage } from './page.ts'
import type { Project, Repository } from './types.ts'

export type ProjectRef = OrgRef & { projectName: string }

/** All projects of the organization that the caller can see, by name. */
export const projectListQuery = ({ orgName }: OrgRef) =>
  queryOptions({
    queryKey: ['projects', orgName],
    queryFn: ({ signal }) => http.get<Project[]>(url`/api/v1/org/${orgName}/project`, { signal }),
    ...readOnce,
  })

/** The first of those with the filter in their name. */
export const projectSearchQuery = ({ orgName }: OrgRef, filter: string) =>
  queryOptions({
    queryKey: ['projects', orgName, { filter }],
    queryFn: ({ signal }) =>
      firstPage((limit) =>
        http.get<Project[]>(`${url`/api/v1/org/${orgName}/project`}${query({ filter, limit })}`, { signal }),
      ),
    placeholderData: keepPreviousData,
    ...readOnce,
  })

/** Rejects with a 404 without such a project, and with a 403 if the caller may not read it. */
export const projectQuery = ({ orgName, projectName }: ProjectRef) =>
  queryOptions({
    queryKey: ['project', orgName, projectName],
    queryFn: ({ signal }) => http.get<Project>(url`/api/v2/org/${orgName}/project/${projectName}`, { signal }),
    ...readOnce,
  })

/** Needs READER on the project; a PUBLIC project can be read by anyone. */
export const listRepositories = ({ orgName, projectName }: ProjectRef, signal?: AbortSignal) =>
  http.get<Repository[]>(url`/api/v1/org/${orgName}/project/${projectName}/repository`, signal && { signal })

/**
 * Concord decrypts at most 102,400 bytes (`secretStore.maxEncryptedStringLength`), and the cipher fills the last block
 * with at least one byte.
 */
export const MAX_ENCRYPTED_BYTES = 102_399

/** Returns base64 that flows of the project decrypt with `crypto.decryptString` (concord-api §6). Nothing is stored. */
export async function encryptString({ orgName, projectName }: ProjectRef, text: string): Promise<string> {
  const { data } = await http.postText<{ data: string }>(
    url`/api/v1/org/${orgName}/project/${projectName}/encrypt`,
    text,
  )
  return data
}
