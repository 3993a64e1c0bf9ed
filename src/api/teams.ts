import { queryOptions } from '@tanstack/react-query'
import { http, url } from './http.ts'
import type { OrgRef } from './orgs.ts'
import type { Team, TeamUser } from './types.ts'

export type TeamRef = OrgRef & { teamName: string }

/** All teams of the organization, by name; anybody who is signed in may read them. */
export const teamListQuery = ({ orgName }: OrgRef) =>
  queryOptions({
    queryKey: ['teams', orgName],
    queryFn: ({ signal }) => http.get<Team[]>(url`/api/v1/org/${orgName}/team`, { signal }),
  })

/** Direct members first, then those who come through an LDAP group. Members of the organization only. */
export const teamUsersQuery = ({ orgName, teamName }: TeamRef) =>
  queryOptions({
    queryKey: ['teamUsers', orgName, teamName],
    queryFn: ({ signal }) => http.get<TeamUser[]>(url`/api/v1/org/${orgName}/team/${teamName}/users`, { signal }),
  })
