import { useQuery } from '@tanstack/react-query'
import { isApiError } from '#api/ApiError.ts'
import { canCreateQuery, type OrgRef } from '#api/orgs.ts'

/** Whether the caller sees all secrets of the organization, or only the public ones; only a refusal says so. */
export const useIsMember = (org: OrgRef) => !isApiError(useQuery(canCreateQuery('SECRET', org)).error, 'forbidden')

/** Why the caller may not create secrets here, as far as the console can know (concord-api §12). */
export function useWhyNotCreate(org: OrgRef): string | undefined {
  const { data, error } = useQuery(canCreateQuery('SECRET', org))
  if (isApiError(error, 'forbidden'))
    return `You are not a member of ${org.orgName}: you see its public secrets, but cannot create secrets.`
  return data === false ? `A policy prevents you from creating secrets in ${org.orgName}.` : undefined
}
