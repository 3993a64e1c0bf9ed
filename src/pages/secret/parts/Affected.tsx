import { type ReactNode, useState } from 'react'
import { explain, explained, wordsOfServer } from '#api/explain.ts'
import type { ResourceAccess, Secret, Team } from '#api/types.ts'
import { linksOf } from '#concord/brokenLinks.ts'
import { type Fate, isNotVisible } from '#concord/effects.ts'
import type { Usage, UsageLookup, Use } from '#concord/usage.ts'
import { grantItems, hiddenItems, type Item, repositoryCount, repositoryItems } from '#concord/words.ts'
import { RetryButton } from '#ui/RetryButton.tsx'
import { ServerWords } from '#ui/ServerWords.tsx'
import { asPart, count } from '#ui/words.ts'
import { CheckUsage } from './CheckUsage.tsx'

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

/** The `preview` of a dialog whose consequences are the repositories that use the secret. */
export const previewOf = ({ data, error, unchecked }: UsageLookup) =>
  error || unchecked !== undefined ? 'failed' : data ? 'ready' : ('loading' as const)

type GrantsProps = {
  grants: ResourceAccess[]
  /** The secret's organization and its teams. */
  orgName: string
  teams: Team[] | undefined
  /** What happens to them: `3 teams keep access`. */
  fate: Fate
}

/** The grants that an act affects. */
export const AffectedGrants = ({ grants, orgName, teams, fate }: GrantsProps) => (
  <Affected
    title={
      grants.length ? (
        <>
          <b>{count(grants.length, 'team')}</b> {grants.length === 1 ? fate.one : fate.many}:
        </>
      ) : (
        'No team has a grant on it.'
      )
    }
    items={grantItems(grants, orgName, teams)}
  />
)

type RepositoriesProps = {
  usage: UsageLookup
  secret: Secret
  /** What happens to them, after the number. */
  fate: Fate
  /** Which of them; without it: all. */
  only?: (project: Pick<Use, 'orgName' | 'projectName'>) => boolean
  /** Shown for an empty list. */
  none: string
}

/** The repositories that an act affects, as far as they are known, and what could not be read. */
export function AffectedRepositories({ usage, secret, fate, only, none }: RepositoriesProps) {
  const { data, error, check } = usage
  if (error) return <UsageFailed error={error} onRetry={check} />
  if (!data)
    return (
      <>
        <UsageProgress usage={usage} />
        <CheckUsage usage={usage} />
      </>
    )
  const { orgName } = secret
  const { working, workingTotal } = linksOf(secret, data)
  const uses = only ? working.filter(only) : working
  const total = only ? uses.length : workingTotal
  const more = data.more || (only !== undefined && working.length < workingTotal)
  return (
    <>
      <Affected
        title={
          total ? (
            <>
              <b>{repositoryCount({ total, more })}</b> {total === 1 ? fate.one : fate.many}:
            </>
          ) : (
            none
          )
        }
        items={repositoryItems(uses, orgName)}
      />
      {/* With a store password, links of those are broken too. */}
      {secret.encryptedBy !== 'PASSWORD' && <HiddenUses usage={only ? ofHidden(data, only) : data} orgName={orgName} />}
      <BrokenLinks usage={data} secret={secret} />
      <CheckUsage usage={usage} />
    </>
  )
}

/** Only these of the projects that cannot be read, as far as they have a name. */
function ofHidden(usage: Usage, only: NonNullable<RepositoriesProps['only']>): Usage {
  const hiddenProjects = usage.hiddenProjects.filter(only)
  const isNone = usage.hiddenProjects.length > 0 && hiddenProjects.length === 0
  return { ...usage, hiddenProjects, hidden: isNone ? 0 : usage.hidden }
}

/** Repositories that cannot fetch with the secret though they are linked to it: nothing happens to them. */
export function BrokenLinks({ usage, secret }: { usage: Usage; secret: Secret }) {
  const { broken, brokenTotal, whyBroken = '' } = linksOf(secret, usage)
  if (brokenTotal === 0) return null
  return (
    <Affected
      title={
        <>
          <b>{count(brokenTotal, 'broken link')}</b>: {asPart(whyBroken)}:
        </>
      }
      items={repositoryItems(broken, secret.orgName)}
    />
  )
}

/** Why there is no answer, and what can be done about that. */
export function UsageFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <>
      <p className="note error" role="alert">
        The repositories that use it could not be looked up. {explained(error)}
      </p>
      <ServerWords words={wordsOfServer(error)} />
      {explain(error).canRetry && <RetryButton onRetry={onRetry} />}
    </>
  )
}

/** Repositories in projects that the caller may not read, or these projects if the server does not say more. */
export function HiddenUses({ usage, orgName }: { usage: Usage; orgName: string }) {
  const { hidden } = usage
  const items = hiddenItems(usage, orgName)
  if ((hidden ?? items.length) === 0) return null
  return (
    <Affected
      title={
        hidden === undefined ? (
          <>
            <b>{count(items.length, 'project')}</b> {isNotVisible(items.length)}, and may use it as well:
          </>
        ) : (
          <>
            And <b>{count(hidden, 'repository', 'repositories')}</b> in projects you cannot read
            {items.length > 0 ? ':' : '.'}
          </>
        )
      }
      items={items}
    />
  )
}

/** While there is no answer: how far the look-up is, or that there was none. */
export const UsageProgress = ({ usage: { progress, unchecked } }: { usage: UsageLookup }) => (
  <p role="status">
    {unchecked === undefined
      ? `Looking for repositories that use it${
          progress?.total === undefined ? '' : `: ${progress.read} of ${count(progress.total, 'project')} read`
        } …`
      : 'Repositories that use it were not checked.'}
  </p>
)
