import { useQuery } from '@tanstack/react-query'
import { canCreateQuery, organizationQuery } from '#api/orgs.ts'
import { secretAccessQuery, secretExistsQuery } from '#api/secrets.ts'
import { teamListQuery } from '#api/teams.ts'
import type { Secret } from '#api/types.ts'
import { useRight } from '#concord/rights.ts'
import { useUsage } from '#concord/usage.ts'
import { useSettled } from '#ui/useSettled.ts'
import { isMember, type MoveFacts } from './preflight.ts'

/** Looks up everything that a move will meet. `retry` reads again what could not be read. */
export function usePreflight(secret: Secret, target: string, newName: string): { facts: MoveFacts; retry: () => void } {
  const ref = { orgName: secret.orgName, secretName: secret.name }
  const settledName = useSettled(newName, 300)
  const canCreate = useQuery({ ...canCreateQuery('SECRET', { orgName: target }), staleTime: 0 })
  const exists = useQuery({
    ...secretExistsQuery({ orgName: target, secretName: settledName }),
    enabled: isMember({ canCreate }) && settledName !== '',
  })
  const targetOrg = useQuery(organizationQuery({ orgName: target }))
  // The row below the dialog counts them as well, so they are read on when it closes.
  const usage = useUsage(secret)
  const access = useQuery(secretAccessQuery(ref))
  const targetTeams = useQuery(teamListQuery({ orgName: target }))
  const ownTeams = useQuery(teamListQuery({ orgName: secret.orgName }))
  const all = [canCreate, exists, targetOrg, usage, access, targetTeams, ownTeams]
  return {
    facts: {
      secret,
      target,
      newName,
      right: useRight('WRITER', secret),
      canCreate: answerOf(canCreate),
      targetOrg: answerOf(targetOrg),
      // While somebody types, the last answer is about another name.
      nameTaken: settledName === newName && !exists.isFetching ? answerOf(exists) : { data: undefined, error: null },
      usage,
      access: answerOf(access),
      targetTeams: answerOf(targetTeams),
      ownTeams: answerOf(ownTeams),
    },
    retry: () => {
      for (const { error, refetch } of all) if (error) void refetch()
    },
  }
}

const answerOf = <T>({ data, error }: { data: T | undefined; error: Error | null }) => ({ data, error })
