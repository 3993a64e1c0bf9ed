import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react'
import { canCreateQuery, organizationQuery } from '#api/orgs.ts'
import { refOf, secretAccessQuery, secretExistsQuery } from '#api/secrets.ts'
import { teamListQuery } from '#api/teams.ts'
import type { Secret } from '#api/types.ts'
import { useRight } from '#concord/rights.ts'
import { type UsageLookup, useUsage } from '#concord/usage.ts'
import { Icon } from '#ui/Icon.tsx'
import { RetryButton } from '#ui/RetryButton.tsx'
import { useSettled } from '#ui/useSettled.ts'
import { Affected } from '../../parts/Affected.tsx'
import { CheckUsage } from '../../parts/CheckUsage.tsx'
import { isMember, type Light, type Line, type MoveFacts, preflightLines } from './preflightLines.ts'

/** The pre-flight: looks up everything that a move will meet. `retry` reads again what could not be read. */
export function usePreflight(secret: Secret, target: string, newName: string) {
  const settledName = useSettled(newName, 300)
  const canCreate = useQuery({ ...canCreateQuery('SECRET', { orgName: target }), staleTime: 0, retryOnMount: true })
  const exists = useQuery({
    ...secretExistsQuery({ orgName: target, secretName: settledName }),
    enabled: isMember({ canCreate }) && settledName !== '',
  })
  const targetOrg = useQuery(organizationQuery({ orgName: target }))
  const usage = useUsage(secret)
  const access = useQuery(secretAccessQuery(refOf(secret)))
  const targetTeams = useQuery(teamListQuery({ orgName: target }))
  const ownTeams = useQuery(teamListQuery({ orgName: secret.orgName }))
  const all = [canCreate, exists, targetOrg, access, targetTeams, ownTeams]
  const facts: MoveFacts = {
    secret,
    target,
    newName,
    right: useRight('WRITER', secret),
    canCreate,
    targetOrg,
    // While somebody types, the last answer is about another name.
    nameTaken: settledName === newName && !exists.isFetching ? exists : { data: undefined, error: null },
    usage,
    access,
    targetTeams,
    ownTeams,
  }
  function retry() {
    for (const { error, refetch } of all) if (error) void refetch()
    if (usage.error) usage.check()
  }
  return { facts, usage, lines: preflightLines(facts), retry }
}

/** The lights, shown by shape and word as well as by colour. */
const LIGHTS: Record<Light, { icon: typeof CircleCheck; word: string }> = {
  green: { icon: CircleCheck, word: 'OK:' },
  amber: { icon: TriangleAlert, word: 'Warning:' },
  red: { icon: CircleX, word: 'Stops the move:' },
  pending: { icon: LoaderCircle, word: '' },
}

type ListProps = { lines: Line[]; usage: UsageLookup; onRetry: () => void }

export function PreflightList({ lines, usage, onRetry }: ListProps) {
  return (
    <ul className="preflight" aria-label="What the move will meet">
      {lines.map(({ id, light, text, items = [], failed }) => (
        <li key={id} className={light} data-line={id}>
          <Icon of={LIGHTS[light].icon} />
          <div>
            <Affected
              title={
                <>
                  <span className="visually-hidden">{LIGHTS[light].word} </span>
                  {text}
                </>
              }
              items={items}
              mono={id !== 'readers'}
            />
            {id === 'repositories' && !usage.error ? (
              <CheckUsage usage={usage} />
            ) : (
              failed && <RetryButton onRetry={onRetry} />
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}
