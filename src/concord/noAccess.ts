import { useQueries, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { isApiError } from '#api/ApiError.ts'
import { limit } from '#api/limit.ts'
import { organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { type SecretRef, secretQuery } from '#api/secrets.ts'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import type { ListedSecret, Organization, UserInfo, Whoami } from '#api/types.ts'
import { isUser } from '#api/users.ts'
import { belongsEverywhere } from '#concord/rights.ts'
import { useSettled } from '#ui/useSettled.ts'

type Reader = { whoami: Whoami; userInfo: UserInfo | null | undefined; org: Organization }

/**
 * Whether only the server knows if the reader may open it (concord-api §9.3): a PRIVATE secret of somebody else,
 * listed for every member of the organization, that a team of the reader's may or may not have a grant to.
 */
export function isUncertain({ visibility, owner }: ListedSecret, { whoami, userInfo, org }: Reader): boolean {
  if (visibility === 'PUBLIC') return false
  if (belongsEverywhere(userInfo)) return false
  return !isUser(owner, whoami) && !isUser(org.owner, whoami)
}

/**
 * The ids of those among the shown secrets that may not be opened. The list does not say (concord-api §14, Q5), so each
 * uncertain one is asked for once: few at a time, and remembered for a minute.
 */
export function useNoAccess(shown: ListedSecret[], orgName: string): Set<string> {
  const { data: whoami } = useSuspenseQuery(whoamiQuery)
  const { data: org } = useSuspenseQuery(organizationQuery({ orgName }))
  const { data: userInfo, isPending } = useQuery(userInfoQuery)
  // No requests for rows that show only for a moment while somebody types.
  const settled = useSettled(shown, 300)
  const uncertain = isPending ? [] : settled.filter((secret) => isUncertain(secret, { whoami, userInfo, org }))
  return useQueries({
    queries: uncertain.map(({ name }) => readableQuery({ orgName, secretName: name })),
    combine: (results) => new Set(uncertain.filter((_, index) => results[index]?.data === false).map(({ id }) => id)),
  })
}

const fewAtATime = limit(4)

const readableQuery = (ref: SecretRef) => ({
  queryKey: ['secretReadable', ref.orgName, ref.secretName],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    fewAtATime(async () => {
      signal.throwIfAborted()
      try {
        await queryClient.fetchQuery(secretQuery(ref))
        return true
      } catch (error) {
        if (isApiError(error, 'forbidden')) return false
        throw error
      }
    }),
  staleTime: 60_000,
})
