import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { isApiError } from '#api/ApiError.ts'
import { projectListQuery } from '#api/projects.ts'
import { linkProjects } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { mayFail } from '#concord/brokenLinks.ts'
import { sendWithoutDeleted } from '#concord/deletedMeanwhile.ts'
import { includes, type Scope, type ScopeChange, scopeChange, scopeOf } from '#concord/scope.ts'
import { type UsageLookup, type Use, useUsage } from '#concord/usage.ts'
import { projectItems } from '#concord/words.ts'
import { count, listed } from '#ui/words.ts'
import { Affected, AffectedRepositories, previewOf } from '../parts/Affected.tsx'
import { ConfirmSecretChange } from '../parts/ConfirmSecretChange.tsx'
import { useSecretChange } from './useSecretChange.ts'

type DialogProps = {
  secret: Secret
  scope: Scope
  /** Some of the scope were deleted meanwhile. */
  onDeleted: (projects: { id: string }[]) => void
  onClose: () => void
  onDone: () => void
}

/** Asks before another scope: amber, unless repositories stop working. */
export function ProjectsDialog({ secret, scope, onDeleted, onClose, onDone }: DialogProps) {
  const { orgName, name } = secret
  const usage = useUsage(secret)
  const all = useQuery(projectListQuery({ orgName }))
  const ids = (scope ?? []).map(({ id }) => id)
  const change = scopeChange(scopeOf(secret), scope)
  const narrower = change.kind === 'narrower'
  const words = scope === null ? 'every project' : count(scope.length, 'project')
  const isLosing: LosingProps['isLosing'] = (project) =>
    project.orgName !== orgName || !includes(scope, project.projectName)
  // A secret of every project: all projects that are not chosen lose it. A member sees all of them (concord-api §6).
  const losing = change.lost === 'all others' ? all.data?.filter(({ id }) => !ids.includes(id)) : change.lost

  // No project at all would mean every project.
  const isEmpty = scope?.length === 0
  const blocked = isEmpty
    ? 'Choose at least one project.'
    : change.kind === 'same'
      ? 'Its projects are already what you chose.'
      : undefined

  const link = useSecretChange(secret, {
    send: (now) =>
      sendWithoutDeleted(() => linkProjects(now, ids), { orgName, chosen: { projects: scope ?? [] }, drop: onDeleted }),
    isMade: (now) => scopeChange(scopeOf(now), scope).kind === 'same',
    doneWords: scope === null ? `${name} may be used by every project of ${orgName}.` : `Limited ${name} to ${words}.`,
    failedWords: `The projects of ${name} were not changed.`,
    done: onDone,
  })

  return (
    <ConfirmSecretChange
      secret={secret}
      change={link}
      title={
        scope === null ? `Allow secret “${name}” for every project of ${orgName}` : `Limit secret “${name}” to ${words}`
      }
      action={scope === null ? 'Yes, allow every project' : `Yes, limit to ${words}`}
      serious={narrower && mayFail(secret, usage.data, isLosing)}
      preview={!narrower ? 'ready' : losing ? previewOf(usage) : all.isError ? 'failed' : 'loading'}
      blocked={blocked}
      happens={<Happens secret={secret} scope={scope} />}
      affected={
        <>
          {narrower && <Losing secret={secret} isLosing={isLosing} change={change} losing={losing} usage={usage} />}
          <Gaining orgName={orgName} gained={change.gained} />
        </>
      }
      nextStep={(error) =>
        isApiError(error, 'rejected') && error.words.includes('does not belong')
          ? 'Close this, take that project out of the choice, and try again.'
          : undefined
      }
      onClose={onClose}
    />
  )
}

type LosingProps = {
  secret: Secret
  isLosing: (project: Pick<Use, 'orgName' | 'projectName'>) => boolean
  change: ScopeChange
  /** The projects that lose it; undefined while they load. */
  losing: { id: string; name: string }[] | undefined
  usage: UsageLookup
}

function Losing({ secret, isLosing, change, losing, usage }: LosingProps) {
  return (
    <>
      <Affected
        title={losing ? lossWords(losing.length, change.lost === 'all others') : 'Reading the projects …'}
        items={projectItems(losing ?? [])}
      />
      <AffectedRepositories
        usage={usage}
        secret={secret}
        only={isLosing}
        fate={{
          one: 'stops working until its project is added again',
          many: 'stop working until their projects are added again',
        }}
        none="No repository stops working."
      />
    </>
  )
}

function Gaining({ orgName, gained }: { orgName: string; gained: ScopeChange['gained'] }) {
  if (gained === 'all')
    return (
      <p>
        <b>Every project of {orgName}</b>, also those that are made later, may use it.
      </p>
    )
  if (gained.length === 0) return null
  return (
    <Affected
      title={
        <>
          <b>{count(gained.length, 'project')}</b> may use it from now on:
        </>
      }
      items={projectItems(gained)}
    />
  )
}

function lossWords(number: number, areAllOthers: boolean): ReactNode {
  if (areAllOthers && number === 0) return 'All projects are chosen. Those that are made later cannot use it.'
  return (
    <>
      <b>{count(number, areAllOthers ? 'other project' : 'project')}</b> can no longer use it:
    </>
  )
}

function Happens({ secret, scope }: { secret: Secret; scope: Scope }) {
  const { orgName, encryptedBy } = secret
  return (
    <ul>
      {scope === null ? (
        <>
          <li>Processes of every project of {orgName} can use it.</li>
          <li>
            Everybody who may read it can download its value
            {encryptedBy === 'PASSWORD' && ' with its store password'}. Until now only processes of its projects could.
          </li>
        </>
      ) : (
        <>
          <li>
            Only processes of {scope.length > 3 ? 'the chosen projects' : listed(scope.map(({ name }) => name))} can use
            it.
          </li>
          {secret.projects.length === 0 && (
            <li>Nobody can download its value any more, not even you: only processes of these projects get it.</li>
          )}
        </>
      )}
      <li>It stays {secret.visibility === 'PRIVATE' ? 'private' : 'public'}; value, owner and grants stay.</li>
    </ul>
  )
}
