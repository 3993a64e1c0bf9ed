import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { OrgRef } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { foundSecretsQuery, type SecretQuestion, SLICE, secretCountsQuery } from '#api/secrets.ts'
import { isOurs, serverVersionQuery } from '#api/serverVersion.ts'
import type { Secret } from '#api/types.ts'
import { searched } from '#ui/typed.ts'
import { useSettled } from '#ui/useSettled.ts'
import { isByNameOnly, type ListState, writeState } from './listState.ts'

/*
 * On our own server a list of more than a slice is not read: the server filters, sorts, pages and counts it, so that
 * 100,000 secrets are no more work than 1,000. The rows of the last answer stay until those of the next one have come.
 */

const questionOf = ({ filter, chosen }: ListState): SecretQuestion => ({
  filter: searched(filter) || undefined,
  ...chosen,
})

const everythingQuery = (org: OrgRef) => secretCountsQuery(org, {})

function pageOf(org: OrgRef, state: ListState) {
  const { sort, page, size } = state
  const part = { sort: `${sort.descending ? '-' : ''}${sort.by}` as const, offset: (page - 1) * size, limit: size }
  return foundSecretsQuery(org, questionOf(state), part)
}

const isFirstPage = (state: ListState) => isByNameOnly(state) && searched(state.filter) === '' && state.page === 1

/** Whether it is our own server; false if that cannot be read. */
export const readIsOurs = () => queryClient.ensureQueryData(serverVersionQuery).then(isOurs, () => false)

/** Whether it is known to be our own server. */
export function isKnownAsOurs(): boolean {
  const version = queryClient.getQueryData(serverVersionQuery.queryKey)
  return version !== undefined && isOurs(version)
}

/** Reads what a list on our own server shows first, if it is long. Returns whether it is. */
export async function readSearch(org: OrgRef, state: ListState): Promise<boolean> {
  const counting = queryClient.prefetchQuery(everythingQuery(org))
  // Its rows are there; its counts may come later.
  if (isFirstPage(state)) return true
  void queryClient.prefetchQuery(secretCountsQuery(org, questionOf(state)))
  await Promise.all([counting, queryClient.prefetchQuery(pageOf(org, state))])
  const total = queryClient.getQueryData(everythingQuery(org).queryKey)?.total
  return total !== undefined && total > SLICE
}

/** The first secrets by name, and when they were read. */
type First = { secrets: Secret[]; readAt: number }

/**
 * The list as the server finds it. `list` is undefined for one that is read here, which `isRead` says as soon as it is
 * known. `first` is undefined if that is all of them.
 */
export function useSearch(org: OrgRef, state: ListState, first: First | undefined) {
  const version = useQuery({ ...serverVersionQuery, enabled: first !== undefined })
  const ours = version.data ? isOurs(version.data) : version.isError ? false : undefined
  const everything = useQuery({ ...everythingQuery(org), enabled: ours === true && first !== undefined })
  const total = everything.data?.total
  const isLong = total !== undefined && total > SLICE

  const asked = useSettledState(state)
  const question = questionOf(asked)
  const counting = useQuery({ ...secretCountsQuery(org, question), enabled: isLong })
  const counts = useLast(counting.data, org)
  const isCounted = counting.data !== undefined
  const pages = isCounted ? Math.max(1, Math.ceil(counting.data.matching / asked.size)) : asked.page
  const page = Math.min(asked.page, pages)
  const finding = useQuery({
    ...pageOf(org, { ...asked, page }),
    enabled: isLong,
    ...(first &&
      isFirstPage(asked) && {
        initialData: {
          ...org,
          secrets: first.secrets.slice(0, asked.size),
          hasMore: true,
          question,
          offset: 0,
          limit: asked.size,
        },
        initialDataUpdatedAt: first.readAt,
      }),
  })
  const found = useLast(finding.data, org)

  const isRead = ours === false || everything.isError || (total !== undefined && !isLong)
  if (!isLong) return { isRead, list: undefined }
  const { secrets = [], offset = 0, limit = asked.size, hasMore = false } = found ?? {}
  const reached = offset + secrets.length + (hasMore ? 1 : 0)
  // Rows and counts of one question come in any order.
  const isExact = counts !== undefined && JSON.stringify(counts.question) === JSON.stringify(found?.question)
  return {
    isRead,
    list: {
      view: {
        shown: secrets,
        page: offset / limit + 1,
        matching: isExact ? counts.matching : reached,
        hasNext: hasMore,
        isExact,
      },
      counts,
      isSearching: asked !== state || finding.isFetching,
      total,
      error: finding.error ?? counting.error,
    },
  }
}

/** The state once what is typed has not changed for a moment; until then the one before. */
function useSettledState(state: ListState): ListState {
  const term = searched(state.filter)
  const isSettled = useSettled(term) === term || term === ''
  const [asked, ask] = useState(state)
  const isNew = writeState(asked).toString() !== writeState(state).toString()
  if (isSettled && isNew) ask(state)
  return isSettled ? state : asked
}

/** The last one of this organization that there was. */
function useLast<T extends OrgRef>(value: T | undefined, { orgName }: OrgRef): T | undefined {
  const [last, keep] = useState(value)
  if (value !== undefined && value !== last) keep(value)
  const known = value ?? last
  return known?.orgName === orgName ? known : undefined
}
