import { keepPreviousData, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import type { OrgRef } from '#api/orgs.ts'
import { secretListQuery } from '#api/secrets.ts'
import { useSettled } from '#ui/useSettled.ts'

/** So many secrets are kept in memory, where filtering takes milliseconds. */
export const MOST = 10_000

/** One more than that, to learn whether there are more: Concord tells no totals. */
export const wholeListQuery = (org: OrgRef) => secretListQuery(org, { limit: MOST + 1 })

/** The organization's secrets, or, where they are too many, those whose name has the filter in it. */
export function useSecrets(org: OrgRef, filter: string) {
  const { data: whole } = useSuspenseQuery(wholeListQuery(org))
  const isWhole = whole.length <= MOST
  const term = useSettled(filter.trim(), 250)
  const asked = !isWhole && term !== ''
  // Keyed by the term: an answer to an earlier one never shows as the answer to this one.
  const found = useQuery({
    ...secretListQuery(org, { filter: term, limit: MOST + 1 }),
    enabled: asked,
    placeholderData: keepPreviousData,
  })
  const secrets = asked ? (found.data ?? whole) : whole
  return {
    secrets: secrets.length > MOST ? secrets.slice(0, MOST) : secrets,
    /** There are more than these: sorting and counting see only a part. */
    isCut: secrets.length > MOST,
    total: isWhole ? whole.length : undefined,
    /** The answer to what is typed is still to come: nothing found yet does not mean that there is nothing. */
    isSearching: !isWhole && filter.trim() !== '' && (term !== filter.trim() || found.isFetching),
    error: asked ? found.error : null,
  }
}
