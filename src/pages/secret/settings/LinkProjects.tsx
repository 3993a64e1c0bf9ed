import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useId, useState } from 'react'
import { isApiError } from '#api/ApiError.ts'
import { projectListQuery } from '#api/projects.ts'
import { linkProjects } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { useRight } from '#concord/rights.ts'
import { includes, type Scope, type ScopeChange, scopeChange, scopeOf } from '#concord/scope.ts'
import { type UsageLookup, useUsage } from '#concord/usage.ts'
import { projectItems, repositoriesUseIt } from '#concord/words.ts'
import { type ChosenProject, ProjectField } from '#fields/ProjectField.tsx'
import { DangerRow } from '#ui/SettingRow.tsx'
import { count, listed } from '#ui/words.ts'
import { Affected, AffectedRepositories, previewOf } from '../parts/Affected.tsx'
import { ConfirmSecretChange } from '../parts/ConfirmSecretChange.tsx'
import { useSecretChange } from './useSecretChange.ts'

export function LinkProjects({ secret, usage }: { secret: Secret; usage: UsageLookup }) {
  // Until the user chooses, it follows the secret, also when somebody else changes that.
  const [choice, setChoice] = useState<{ limited: boolean; chosen: ChosenProject[] }>()
  const [asking, setAsking] = useState(false)
  const right = useRight('WRITER', secret)
  const name = useId()
  const { orgName } = secret
  const { limited, chosen } = choice ?? { limited: secret.projects.length > 0, chosen: secret.projects }
  const scope: Scope = limited ? chosen : null

  function whyNot() {
    if (right?.verdict === 'no') return right.why
    if (limited && chosen.length === 0) return 'Choose at least one project.'
    if (scopeChange(scopeOf(secret), scope).kind === 'same') return 'Change the choice first.'
    return undefined
  }

  return (
    <DangerRow
      title="Projects"
      consequence={`${whoMayUseIt(secret)} A project that can no longer use it fails at its next run; ${repositoriesUseIt(usage)}.`}
      action="Change projects"
      blocked={whyNot()}
      onAct={() => setAsking(true)}
    >
      <fieldset className="scope">
        <legend className="visually-hidden">Which projects may use it</legend>
        <label className="check">
          <input type="radio" name={name} checked={!limited} onChange={() => setChoice({ limited: false, chosen })} />
          Every project of {orgName}
        </label>
        <label className="check">
          <input type="radio" name={name} checked={limited} onChange={() => setChoice({ limited: true, chosen })} />
          Only these projects
        </label>
      </fieldset>
      {limited && (
        <ProjectField
          orgName={orgName}
          value={chosen}
          onChange={(projects) => setChoice({ limited, chosen: projects })}
        />
      )}
      {asking && (
        <ProjectsDialog
          secret={secret}
          scope={scope}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false)
            setChoice(undefined)
          }}
        />
      )}
    </DangerRow>
  )
}

function whoMayUseIt({ orgName, projects }: Secret) {
  if (projects.length === 0) return `Every project of ${orgName} may use it.`
  const names = projects.map(({ name }) => name).sort()
  return names.length > 3
    ? `Only ${count(names.length, 'project')} of ${orgName} may use it.`
    : `Only ${listed(names)} may use it.`
}

type DialogProps = { secret: Secret; scope: Scope; onClose: () => void; onDone: () => void }

function ProjectsDialog({ secret, scope, onClose, onDone }: DialogProps) {
  const { orgName, name } = secret
  const usage = useUsage(secret)
  const all = useQuery(projectListQuery({ orgName }))
  const ids = (scope ?? []).map(({ id }) => id)
  const change = scopeChange(scopeOf(secret), scope)
  const narrower = change.kind === 'narrower'
  const words = scope === null ? 'every project' : count(scope.length, 'project')
  // A secret of every project: all projects that are not chosen lose it.
  const losing = change.lost === 'all others' ? all.data?.filter(({ id }) => !ids.includes(id)) : change.lost

  const link = useSecretChange(secret, {
    send: (now) => linkProjects(now, ids),
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
      {...(narrower && {
        typeName: true,
        danger: true,
        preview: losing ? previewOf(usage) : all.isError ? 'failed' : 'loading',
      })}
      blocked={change.kind === 'same' ? 'Its projects are already what you chose.' : undefined}
      happens={<Happens secret={secret} scope={scope} />}
      affected={
        <>
          {narrower && <Losing orgName={orgName} scope={scope} change={change} losing={losing} usage={usage} />}
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
  orgName: string
  scope: Scope
  change: ScopeChange
  /** The projects that lose it; undefined while they load. */
  losing: { id: string; name: string }[] | undefined
  usage: UsageLookup
}

function Losing({ orgName, scope, change, losing, usage }: LosingProps) {
  return (
    <>
      <Affected
        title={losing ? lossWords(losing.length, change.lost === 'all others') : 'Reading the projects …'}
        items={projectItems(losing ?? [])}
      />
      <AffectedRepositories
        usage={usage}
        orgName={orgName}
        only={(use) => use.orgName !== orgName || !includes(scope, use.projectName)}
        fate={{
          one: 'fails at its next run. Its link stays, so that adding the project again repairs it',
          many: 'fail at their next run. Their links stay, so that adding the projects again repairs them',
        }}
        none="No repository that you can see uses it outside of the chosen projects."
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
  if (areAllOthers && number === 0)
    return 'All projects that you can see are chosen. Others, and those that are made later, cannot use it.'
  return (
    <>
      <b>{count(number, 'project')}</b>
      {areAllOthers ? ' that you can see' : ''} can no longer use it; runs that need it fail:
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
