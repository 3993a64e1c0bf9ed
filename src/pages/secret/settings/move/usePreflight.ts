import { useQuery } from '@tanstack/react-query'
import { canCreateQuery, organizationQuery } from '#api/orgs.ts'
import { secretAccessQuery, secretExistsQuery } from '#api/secrets.ts'
import { teamListQuery } from '#api/teams.ts'
import type { Secret } from '#api/types.ts'
import { useSettled } from '#fields/useSettled.ts'
import { useRight } from '../../rights.ts'
import { useUsage } from '../../usage.ts'
import { isMember, type MoveFacts } from './preflight.ts'

/** Looks up everything that a move will meet. The reads stop when the dialog closes. */
export function usePreflight(secret: Secret, target: string, newName: string): MoveFacts {
  const ref = { orgName: secret.orgName, secretName: secret.name }
  const settledName = useSettled(newName, 300)
  const canCreate = useQuery({ ...canCreateQuery('SECRET', { orgName: target }), staleTime: 0 })
  const exists = useQuery({
    ...secretExistsQuery({ orgName: target, secretName: settledName }),
    enabled: isMember({ canCreate }) && settledName !== '',
  })
  return {
    secret,
    target,
    newName,
    right: useRight('WRITER', secret),
    canCreate: answerOf(canCreate),
    targetOrg: answerOf(useQuery(organizationQuery({ orgName: target }))),
    // While somebody types, the last answer is about another name.
    nameTaken: settledName === newName && !exists.isFetching ? answerOf(exists) : { data: undefined, error: null },
    usage: answerOf(useUsage(secret)),
    access: answerOf(useQuery(secretAccessQuery(ref))),
    targetTeams: answerOf(useQuery(teamListQuery({ orgName: target }))),
    ownTeams: answerOf(useQuery(teamListQuery({ orgName: secret.orgName }))),
  }
}

const answerOf = <T>({ data, error }: { data: T | undefined; error: Error | null }) => ({ data, error })
