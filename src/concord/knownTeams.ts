import { useQueries, useQuery } from '@tanstack/react-query'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import { teamListQuery } from '#api/teams.ts'
import type { ResourceAccess, Team } from '#api/types.ts'

/** Enough for a user; an administrator's list of organizations could be long. */
const MAX_OTHERS = 20

/**
 * The teams of an organization and, where a grant is to none of them, those of the user's other organizations. A grant
 * that survived a move names its team but not the organization (concord-api §9.7); anybody may read the teams of any
 * organization. Undefined while those of the organization are not read.
 */
export function useKnownTeams(orgName: string, access: ResourceAccess[] | undefined): Team[] | undefined {
  const { data: teams } = useQuery(teamListQuery({ orgName }))
  const { data: whoami } = useQuery(whoamiQuery)
  const { data: userInfo } = useQuery(userInfoQuery)
  const isForeign = teams && access?.some(({ teamId }) => !teams.some(({ id }) => id === teamId))
  const mine = [...(whoami?.orgs ?? []).map(({ name }) => name), ...(userInfo?.teams ?? []).map((team) => team.orgName)]
  const others = isForeign ? [...new Set(mine)].filter((name) => name !== orgName).slice(0, MAX_OTHERS) : []
  const elsewhere = useQueries({
    queries: others.map((name) => teamListQuery({ orgName: name })),
    combine: (results) => results.flatMap(({ data }) => data ?? []),
  })
  return teams && [...teams, ...elsewhere]
}
