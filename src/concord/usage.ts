import { queryOptions, useQuery } from '@tanstack/react-query'
import { isApiError } from '#api/ApiError.ts'
import { limit } from '#api/limit.ts'
import { listRepositories, type ProjectRef, projectListQuery } from '#api/projects.ts'
import { queryClient } from '#api/queryClient.ts'
import type { Repository, Secret } from '#api/types.ts'

/** A repository that fetches its code with the secret. */
export type Use = { projectName: string; repository: Repository }

export type Usage = {
  uses: Use[]
  /** Names of projects whose repositories the caller may not read: they could use the secret as well. */
  unreadable: string[]
  projectsRead: number
  projectsTotal: number
  /** False while projects are still being read: `uses` is then only what was found so far. */
  complete: boolean
}

const AT_ONCE = 4

/**
 * Which repositories use a secret. Concord has no reverse look-up (concord-api §6), so the projects of its
 * organization are read one by one, four at a time; results appear as they come, and reading stops when
 * the query has no observer left. Repositories of other organizations stay unknown.
 */
export const usageQuery = ({ id, orgName }: Pick<Secret, 'id' | 'orgName'>) => {
  const options = queryOptions({
    queryKey: ['usage', id, orgName],
    queryFn: async ({ signal }): Promise<Usage> => {
      const projects = await queryClient.fetchQuery(projectListQuery({ orgName }))
      const usage: Usage = {
        uses: [],
        unreadable: [],
        projectsRead: 0,
        projectsTotal: projects.length,
        complete: projects.length === 0,
      }
      // A complete count stays on the screen while it is read again.
      const first = !queryClient.getQueryData<Usage>(options.queryKey)?.complete

      let failed = false

      async function read(projectName: string) {
        signal.throwIfAborted()
        // The first error is the result: the remaining projects are not read any more.
        if (failed) return
        try {
          const repositories = await repositoriesOf({ orgName, projectName }, signal)
          const using = repositories.filter((repository) => repository.secretId === id)
          usage.uses.push(...using.map((repository) => ({ projectName, repository })))
        } catch (error) {
          if (!isApiError(error, 'forbidden')) {
            failed = true
            throw error
          }
          usage.unreadable.push(projectName)
        }
        usage.projectsRead += 1
        // Results that arrive after a failure must not make the query look alive again.
        if (first && !failed && !signal.aborted)
          queryClient.setQueryData(options.queryKey, { ...usage, uses: sorted(usage.uses) })
      }

      const fewAtATime = limit(AT_ONCE)
      await Promise.all(projects.map(({ name }) => fewAtATime(() => read(name))))
      return { ...usage, uses: sorted(usage.uses), complete: true }
    },
    // A partial result stays in the cache when its last observer leaves; the next one must not take it for complete.
    staleTime: ({ state }) => (state.data?.complete ? 10_000 : 0),
    // Hundreds of requests are too many for a glance at another window.
    refetchOnWindowFocus: false,
  })
  return options
}

/**
 * `data` grows while projects are read; ask `data.complete` before calling a number final. A retry
 * clears the error.
 */
export function useUsage(secret: Pick<Secret, 'id' | 'orgName'>) {
  const { data, error, isFetching, refetch } = useQuery(usageQuery(secret))
  return { data, error: isFetching ? null : error, refetch }
}

/** Returns an empty list for a project that was deleted since it was listed. */
async function repositoriesOf(project: ProjectRef, signal: AbortSignal): Promise<Repository[]> {
  try {
    return await listRepositories(project, signal)
  } catch (error) {
    const isGone = isApiError(error, 'rejected') && error.words.startsWith('Project not found')
    if (isGone || isApiError(error, 'notFound')) return []
    throw error
  }
}

function sorted(uses: Use[]): Use[] {
  const address = ({ projectName, repository }: Use) => `${projectName}/${repository.name}`
  return [...uses].sort((a, b) => address(a).localeCompare(address(b)))
}
