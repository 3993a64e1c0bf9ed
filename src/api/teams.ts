import { queryOptions } from '@tanstack/react-query'
import { readOnce } from './freshness.ts'
import { http, url } from './http.ts'
import type { OrgRef } from './orgs.ts'
import type { Team } from './types.ts'

/** All teams of the organization, by name; anybody who is signed in may read them. */
export const teamListQuery = ({ orgName }: OrgRef) =>
  queryOptions({
    queryKey: ['teams', orgName],
    queryFn: ({ signal }) => http.get<Team[]>(url`/api/v1/org/${orgName}/team`, { signal }),
    ...readOnce,
  })
