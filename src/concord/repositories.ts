import { queryOptions } from '@tanstack/react-query'
import { isApiError } from '#api/ApiError.ts'
import { READ_ONCE } from '#api/freshness.ts'
import { limit } from '#api/limit.ts'
import type { OrgRef } from '#api/orgs.ts'
import { listRepositories, projectListQuery } from '#api/projects.ts'
import { queryClient } from '#api/queryClient.ts'
import type { Repository } from '#api/types.ts'

/** What is kept of a repository. */
export type LinkedRepository = Pick<Repository, 'id' | 'name' | 'secretId'> & { projectName: string }

export type OrgRepositories = {
  /** Those that use any secret. */
  linked: LinkedRepository[]
  /** Names of projects whose repositories the caller may not read. */
  unreadable: string[]
  projectsRead: number
  projectsTotal: number
  /** False while projects are still being read. */
  complete: boolean
}

const AT_ONCE = 4

/**
 * The repositories of an organization that use secrets. Concord has no look-up by secret (concord-api §6), so its
 * projects are read one by one, four at a time, for all secrets at once. Results appear as they come; reading stops when
 * the query has no observer left.
 */
export const orgRepositoriesQuery = ({ orgName }: OrgRef) => {
  const options = queryOptions({
    queryKey: ['repositories', orgName],
    queryFn: async ({ signal }): Promise<OrgRepositories> => {
      const projects = await queryClient.fetchQuery(projectListQuery({ orgName }))
      const linked: LinkedRepository[] = []
      const unreadable: string[] = []
      let projectsRead = 0
      const state = (complete: boolean): OrgRepositories => ({
        linked: [...linked],
        unreadable: [...unreadable].sort(),
        projectsRead,
        projectsTotal: projects.length,
        complete,
      })
      let failed = false

      async function read(projectName: string) {
        signal.throwIfAborted()
        // The first error is the result: the remaining projects are not read any more.
        if (failed) return
        try {
          for (const { id, name, secretId } of await repositoriesOf({ orgName, projectName }, signal))
            if (secretId) linked.push({ id, name, secretId, projectName })
        } catch (error) {
          if (!isApiError(error, 'forbidden')) {
            failed = true
            throw error
          }
          unreadable.push(projectName)
        }
        projectsRead += 1
        // Results that arrive after a failure must not make the query look alive again.
        if (!failed && !signal.aborted) queryClient.setQueryData(options.queryKey, state(false))
      }

      const fewAtATime = limit(AT_ONCE)
      await Promise.all(projects.map(({ name }) => fewAtATime(() => read(name))))
      return state(true)
    },
    // A part stays in the cache when its last observer leaves; the next one must not take it for all.
    staleTime: ({ state }) => (state.data?.complete ? READ_ONCE : 0),
    // Hundreds of requests are too many for a glance at another window, or after each change.
    refetchOnWindowFocus: false,
    meta: { isExpensive: true },
  })
  return options
}

/** Returns an empty list for a project that was deleted since it was listed. */
async function repositoriesOf(project: OrgRef & { projectName: string }, signal: AbortSignal): Promise<Repository[]> {
  try {
    return await listRepositories(project, signal)
  } catch (error) {
    const isGone = isApiError(error, 'rejected') && error.words.startsWith('Project not found')
    if (isGone || isApiError(error, 'notFound')) return []
    throw error
  }
}

/** A move removes the links of the secret's repositories. */
export const forgetRepositories = ({ orgName }: OrgRef) =>
  queryClient.removeQueries({ queryKey: orgRepositoriesQuery({ orgName }).queryKey })
