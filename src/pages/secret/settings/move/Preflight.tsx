import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react'
import { canCreateQuery, organizationQuery } from '#api/orgs.ts'
import { refOf, secretAccessQuery, secretExistsQuery } from '#api/secrets.ts'
import { teamListQuery } from '#api/teams.ts'
import type { Secret } from '#api/types.ts'
import { useKnownTeams } from '#concord/knownTeams.ts'
import { useRight } from '#concord/rights.ts'
import { type UsageLookup, useUsage } from '#concord/usage.ts'
import { Icon } from '#ui/Icon.tsx'
import { RetryButton } from '#ui/RetryButton.tsx'
import { useSettled } from '#ui/useSettled.ts'
import { count } from '#ui/words.ts'
import { Affected } from '../../parts/Affected.tsx'
import { CheckUsage } from '../../parts/CheckUsage.tsx'
import { isMember, type Light, type Line, type MoveFacts, preflightLines, sorted } from './preflightLines.ts'

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
  const known = useKnownTeams(secret.orgName, access.data)
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
    ownTeams: { data: known, error: ownTeams.error },
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

/** What stops the move, then what to know before it, then who may use it; what is as it should be is folded away. */
export function PreflightList({ lines, usage, onRetry }: ListProps) {
  const { problems, readers, passed } = sorted(lines)
  const show = (line: Line) => <PreflightLine key={line.id} line={line} usage={usage} onRetry={onRetry} />
  return (
    <>
      <ul className="preflight" aria-label="What the move will meet">
        {problems.map(show)}
      </ul>
      <h3 id="readers">Who can use it afterwards</h3>
      <ul className="preflight" aria-labelledby="readers">
        {readers.map(show)}
      </ul>
      {passed.length > 0 && (
        <details
          className="passed"
          onToggle={({ currentTarget }) => currentTarget.scrollIntoView({ block: 'nearest' })}
        >
          <summary>
            <Icon of={LIGHTS.green.icon} /> {count(passed.length, 'check')} passed
          </summary>
          <ul className="preflight">{passed.map(show)}</ul>
        </details>
      )}
    </>
  )
}

type LineProps = { line: Line; usage: UsageLookup; onRetry: () => void }

function PreflightLine({ line: { id, light, text, strong = '', items = [], canRetry }, usage, onRetry }: LineProps) {
  return (
    <li className={light} data-line={id}>
      <Icon of={LIGHTS[light].icon} />
      <div>
        <Affected
          title={
            <>
              <span className="visually-hidden">{LIGHTS[light].word} </span>
              {strong && <b>{strong}</b>}
              {text.slice(strong.length)}
            </>
          }
          items={items}
          mono={id !== 'readers'}
        />
        {id === 'repositories' && !usage.error ? (
          <CheckUsage usage={usage} />
        ) : (
          canRetry && <RetryButton onRetry={onRetry} />
        )}
      </div>
    </li>
  )
}
