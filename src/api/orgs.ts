import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ApiError } from './ApiError.ts'
import { readOnce } from './freshness.ts'
import { http, query, url } from './http.ts'
import { firstPage } from './page.ts'
import type { Organization, OrganizationCount } from './types.ts'

export type OrgRef = { orgName: string }

type OrganizationListOptions = {
  /** Only those one is a member of or owns; Concord ignores it for admins (concord-api §5). */
  onlyCurrent?: boolean
  filter?: string
  /** 1 is the first. */
  page?: number
  size?: number
}

/** One page of organizations by name. */
export const organizationListQuery = ({ onlyCurrent, filter, page = 1, size = 50 }: OrganizationListOptions) =>
  queryOptions({
    queryKey: ['organizations', { onlyCurrent: !!onlyCurrent, filter: filter ?? '', page, size }],
    queryFn: ({ signal }) =>
      firstPage((limit) => {
        const offset = (page - 1) * size
        return http.get<Organization[]>(`/api/v1/org${query({ onlyCurrent: !!onlyCurrent, offset, limit, filter })}`, {
          signal,
        })
      }, size),
    placeholderData: keepPreviousData,
  })

/** How many secrets each organization of the same page has, if the user belongs to it. Only our own server tells. */
export const organizationCountsQuery = ({ onlyCurrent, filter, page = 1, size = 50 }: OrganizationListOptions) =>
  queryOptions({
    queryKey: ['organizationCounts', { onlyCurrent: !!onlyCurrent, filter: filter ?? '', page, size }],
    queryFn: ({ signal }) =>
      http.get<OrganizationCount[]>(
        `/api/x/v1/org${query({ onlyCurrent: !!onlyCurrent, offset: (page - 1) * size, limit: size, filter })}`,
        { signal },
      ),
    placeholderData: keepPreviousData,
  })

export const organizationQuery = ({ orgName }: OrgRef) =>
  queryOptions({
    queryKey: ['organization', orgName],
    queryFn: async ({ signal }) => {
      const organization = await http.get<Organization | undefined>(url`/api/v1/org/${orgName}`, { signal })
      // Concord sends a 204 for an organization that does not exist (concord-api §5).
      if (!organization) throw new ApiError(404, 'notFound', '')
      return organization
    },
    ...readOnce,
  })

/** Whether the policies allow the caller to create one; 403 and 400 say that the caller is not a member. */
export const canCreateQuery = (entity: 'SECRET' | 'PROJECT', { orgName }: OrgRef) =>
  queryOptions({
    queryKey: ['canCreate', entity, orgName],
    queryFn: ({ signal }) => http.get<boolean>(url`/api/v1/${entity}/canCreate?orgName=${orgName}`, { signal }),
    ...readOnce,
  })
