import { useQuery } from '@tanstack/react-query'
import { READ_ONCE } from '#api/freshness.ts'
import type { OrgRef } from '#api/orgs.ts'
import { projectListQuery } from '#api/projects.ts'
import { queryClient } from '#api/queryClient.ts'
import { refOf } from '#api/secrets.ts'
import { isOurs, serverVersionQuery } from '#api/serverVersion.ts'
import { onUserChange } from '#api/sessionOver.ts'
import type { AuditEntry, Secret, SecretUsage } from '#api/types.ts'
import { secretUsageQuery } from '#api/usage.ts'
import { createStore, useStore } from '#store.ts'
import { type OrgRepositories, orgRepositoriesQuery } from './repositories.ts'

/** A repository that fetches its code with the secret. */
export type Use = { id: string; name: string; projectName: string; orgName: string }

/** What uses a secret, as far as the caller may know. */
export type Usage = {
  /** Those that the caller can read; of other organizations too, if the server knows them. The first thousand. */
  uses: Use[]
  /** How many these are. */
  total: number
  /** There may be more than these numbers say. */
  more: boolean
  /** How many others there are in projects that the caller cannot read; undefined if the server does not say. */
  hidden: number | undefined
  /** Projects that the caller cannot read: they have the `hidden` ones or, where that is not known, may have some. */
  hiddenProjects: { projectName: string; orgName: string }[]
  /** Undefined if the server does not say; without an entry, its audit log has no use. */
  lastUse?: { entry?: AuditEntry }
}

/** What is known of the usage, and how to know more. */
export type UsageLookup = {
  /** Complete, or undefined. */
  data: Usage | undefined
  error: Error | null
  /** There while projects are read: how many of them, and how many repositories were found so far. */
  progress?: { read: number; total: number | undefined; found: number }
  /** There if nothing was looked up: the number of projects that `check` reads. */
  unchecked?: number
  /** Looks it up, also once more. */
  check: () => void
  /** There while it can be stopped. */
  stop?: () => void
  /** When a look-up that is worth doing again was made, in milliseconds since the epoch. */
  at?: number
}

/** A larger organization is only read when somebody asks for it. */
export const MAX_UNASKED = 50

/**
 * Which repositories use a secret. Our server knows; on a plain Concord the projects of the organization are read, once
 * in five minutes for all of its secrets, and only while `wanted`: what shows the answer is on the screen.
 */
export function useUsage(secret: Secret, { wanted = true } = {}): UsageLookup {
  const version = useQuery(serverVersionQuery)
  const ours = version.data && isOurs(version.data)
  const isPlain = ours === false || version.isError
  const asked = useQuery({ ...secretUsageQuery(refOf(secret)), enabled: ours === true })
  const read = useRepositories(secret, isPlain && wanted)
  if (isPlain) return read
  return {
    data: asked.data && usageOf(asked.data),
    error: asked.isFetching ? null : asked.error,
    check: () => void asked.refetch(),
  }
}

function usageOf({ here, elsewhere, complete, lastUse }: SecretUsage): Usage {
  return {
    uses: [...here.repositories, ...elsewhere.repositories],
    total: here.readable + elsewhere.readable,
    more: !complete,
    hidden: here.hidden + elsewhere.hidden,
    hiddenProjects: [...here.hiddenProjects, ...elsewhere.hiddenProjects],
    ...(lastUse && { lastUse }),
  }
}

/** Organizations whose look-up was stopped: it does not begin again by itself. */
const stopped = createStore<readonly string[]>([])
onUserChange(() => stopped.set([]))

function useRepositories({ id, orgName }: Secret, wanted: boolean): UsageLookup {
  const projects = useQuery({ ...projectListQuery({ orgName }), enabled: wanted })
  const isStopped = useStore(stopped).includes(orgName)
  // Not those of the organization that was shown before.
  const total = projects.isPlaceholderData ? undefined : projects.data?.length
  const mayStart = wanted && total !== undefined && total <= MAX_UNASKED && !isStopped
  const query = useQuery({ ...orgRepositoriesQuery({ orgName }), enabled: mayStart })
  const { data, isFetching } = query
  const error = isFetching ? null : (projects.error ?? query.error)
  const isKnown = data?.complete === true && Date.now() - query.dataUpdatedAt < READ_ONCE
  const isReading = isFetching || (wanted && !error && (total === undefined || (mayStart && !data?.complete)))

  return {
    data: isKnown ? usesOf(data, { id, orgName }) : undefined,
    error,
    ...(!isKnown && isReading && { progress: progressOf(data, id, total) }),
    ...(!isKnown && !isReading && !error && total !== undefined && { unchecked: total }),
    ...(isFetching && { stop: () => stop({ orgName }) }),
    ...(isKnown && { at: query.dataUpdatedAt }),
    check() {
      stopped.set(stopped.get().filter((name) => name !== orgName))
      if (projects.error) void projects.refetch()
      else void query.refetch()
    },
  }
}

function stop({ orgName }: OrgRef) {
  stopped.set([...stopped.get(), orgName])
  void queryClient.cancelQueries({ queryKey: orgRepositoriesQuery({ orgName }).queryKey })
}

function usesOf({ linked, unreadable }: OrgRepositories, { id, orgName }: Pick<Secret, 'id' | 'orgName'>): Usage {
  const address = ({ projectName, name }: Use) => `${projectName}/${name}`
  const uses = linked
    .filter(({ secretId }) => secretId === id)
    .map(({ id, name, projectName }) => ({ id, name, projectName, orgName }))
    .sort((a, b) => address(a).localeCompare(address(b)))
  return {
    uses,
    total: uses.length,
    more: false,
    hidden: undefined,
    hiddenProjects: unreadable.map((projectName) => ({ projectName, orgName })),
  }
}

function progressOf(data: OrgRepositories | undefined, id: string, total: number | undefined) {
  const found = data?.complete ? [] : (data?.linked ?? [])
  return {
    read: data?.complete ? 0 : (data?.projectsRead ?? 0),
    total,
    found: found.filter(({ secretId }) => secretId === id).length,
  }
}
