import { type ReactNode, useState } from 'react'
import type { ResourceAccess, Team } from '#api/types.ts'
import type { Usage } from '#concord/usage.ts'
import { grantItems, type Item, nameItems, repositoryItems } from '#concord/words.ts'
import { RetryButton } from '#ui/RetryButton.tsx'
import { count } from '#ui/words.ts'

const FIRST = 5

type Props = {
  /** A sentence with the number: `3 repositories lose the link`. */
  title: ReactNode
  /** The first five are shown until *Show all* is pressed. */
  items: Item[]
  /** false for anything but names. */
  mono?: boolean
}

/** What an act affects: how many, the first five, and all on request. */
export function Affected({ title, items, mono = true }: Props) {
  const [all, setAll] = useState(false)
  const shown = all ? items : items.slice(0, FIRST)
  return (
    <div className="affected">
      <p>{title}</p>
      {shown.length > 0 && (
        <ul>
          {shown.map(({ id, text }) => (
            <li key={id} className={mono ? 'mono' : undefined}>
              {text}
            </li>
          ))}
        </ul>
      )}
      {items.length > FIRST && (
        <button type="button" className="ui link button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show the first ${FIRST}` : `Show all ${items.length}`}
        </button>
      )}
    </div>
  )
}

/** What `useUsage` returns. */
type UsageQuery = { data: Usage | undefined; error: Error | null; refetch: () => unknown }

/** The `preview` of a dialog whose consequences are the repositories that use the secret. */
export const previewOf = ({ data, error }: UsageQuery) =>
  error ? 'failed' : data?.complete ? 'ready' : ('loading' as const)

type GrantsProps = {
  grants: ResourceAccess[]
  /** The secret's organization and its teams. */
  orgName: string
  teams: Team[] | undefined
  /** What happens to them: `3 grants to teams stay`. */
  fate: { one: string; many: string }
}

/** The grants that an act affects. */
export const AffectedGrants = ({ grants, orgName, teams, fate }: GrantsProps) => (
  <Affected
    title={
      grants.length ? (
        <>
          <b>{count(grants.length, 'grant')}</b> to teams {grants.length === 1 ? fate.one : fate.many}:
        </>
      ) : (
        'No team has a grant on it.'
      )
    }
    items={grantItems(grants, orgName, teams)}
  />
)

type RepositoriesProps = {
  usage: UsageQuery
  /** What happens to them, after the number: `lose their link`, or `loses its link` for a single one. */
  fate: { many: string; one: string }
  /** Which of them; without it: all. */
  only?: (use: Usage['uses'][number]) => boolean
  /** Shown for an empty list. */
  none: string
}

/** The repositories that an act affects, as far as they are known, and what could not be read. */
export function AffectedRepositories({ usage, fate, only = () => true, none }: RepositoriesProps) {
  const { data, error, refetch } = usage
  const uses = data?.uses.filter(only) ?? []
  const unreadable = data?.unreadable ?? []
  if (error) return <UsageFailed onRetry={refetch} />
  return (
    <>
      <Affected
        title={
          data?.complete ? (
            uses.length ? (
              <>
                <b>{count(uses.length, 'repository', 'repositories')}</b> {uses.length === 1 ? fate.one : fate.many}:
              </>
            ) : (
              none
            )
          ) : (
            <Progress usage={data} />
          )
        }
        items={repositoryItems(uses)}
      />
      <HiddenProjects names={unreadable} />
    </>
  )
}

export const UsageFailed = ({ onRetry }: { onRetry: () => void }) => (
  <>
    <p className="note error" role="alert">
      The repositories that use it could not be looked up.
    </p>
    <RetryButton onRetry={onRetry} />
  </>
)

/** Projects whose repositories the caller may not read. */
export const HiddenProjects = ({ names }: { names: string[] }) =>
  names.length > 0 && (
    <Affected
      title={
        <>
          And <b>{count(names.length, 'project')}</b> you cannot read, which may use it as well:
        </>
      }
      items={nameItems(names)}
    />
  )

function Progress({ usage }: { usage: Usage | undefined }) {
  return (
    <span role="status">
      Looking for repositories that use it
      {usage ? `: ${usage.projectsRead} of ${count(usage.projectsTotal, 'project')} read` : ''} …
    </span>
  )
}
