import { useQueries, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import type { LoaderFunction } from 'react-router'
import { organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { secretAccessQuery, secretQuery } from '#api/secrets.ts'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import { teamListQuery } from '#api/teams.ts'
import type { ResourceAccess, Team, UserInfo, Whoami } from '#api/types.ts'
import { secretRef, useSecretRef } from '#params.ts'
import { AccessEditor } from './access/AccessEditor.tsx'

export const loader: LoaderFunction = async ({ params }) => {
  const ref = secretRef(params)
  await Promise.all([
    queryClient.fetchQuery(secretQuery(ref)),
    queryClient.fetchQuery(secretAccessQuery(ref)),
    queryClient.fetchQuery(teamListQuery(ref)),
    queryClient.fetchQuery(organizationQuery(ref)),
    // These may fail: a right that is not known blocks nothing (see concord/rights.ts).
    queryClient.prefetchQuery(whoamiQuery),
    queryClient.prefetchQuery(userInfoQuery),
  ])
  return null
}

export function AccessTab() {
  const ref = useSecretRef()
  const { data: secret } = useSuspenseQuery(secretQuery(ref))
  const { data: access } = useSuspenseQuery(secretAccessQuery(ref))
  const { data: teams } = useSuspenseQuery(teamListQuery(ref))
  const { data: org } = useSuspenseQuery(organizationQuery(ref))
  const { data: userInfo } = useQuery(userInfoQuery)
  const { data: whoami } = useSuspenseQuery(whoamiQuery)
  const foreign = access.filter(({ teamId }) => !teams.some(({ id }) => id === teamId))
  const known = [...teams, ...useTeamsElsewhere(foreign, ref.orgName, whoami, userInfo)]

  return <AccessEditor key={secret.id} facts={{ secret, org, userInfo, whoami, access, teams: known }} />
}

/** Enough for a user; an administrator's list of organizations could be long. */
const MAX_OTHERS = 20

/**
 * Teams of the user's other organizations. A grant that survived a move names its team but not the organization
 * (concord-api §9.7); anybody may read the teams of any organization, so those that the user knows of are looked up.
 */
function useTeamsElsewhere(
  foreign: ResourceAccess[],
  orgName: string,
  whoami: Whoami,
  userInfo: UserInfo | null | undefined,
): Team[] {
  const mine = [...(whoami.orgs ?? []).map(({ name }) => name), ...(userInfo?.teams ?? []).map((team) => team.orgName)]
  const others = foreign.length ? [...new Set(mine)].filter((name) => name !== orgName).slice(0, MAX_OTHERS) : []
  return useQueries({
    queries: others.map((name) => teamListQuery({ orgName: name })),
    combine: (results) => results.flatMap(({ data }) => data ?? []),
  })
}
