import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { canCreateQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import {
  isName,
  NAME_MEANING,
  refOf,
  type SecretRef,
  secretAccessQuery,
  secretExistsQuery,
  updateSecret,
} from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { type Effect, KEEP, repositoriesDo, STOP, teamsDo } from '#concord/effects.ts'
import { forgetRepositories } from '#concord/repositories.ts'
import { useRight } from '#concord/rights.ts'
import type { Usage, UsageLookup } from '#concord/usage.ts'
import { hiddenItems, projectItems, repositoryItems } from '#concord/words.ts'
import { OrganizationField } from '#fields/OrganizationField.tsx'
import { paths } from '#paths.ts'
import { Field } from '#ui/Field.tsx'
import { ActButton, SettingRow } from '#ui/SettingRow.tsx'
import { count, listed } from '#ui/words.ts'
import { ConfirmSecretChange } from '../../parts/ConfirmSecretChange.tsx'
import { Effects } from '../../parts/Effects.tsx'
import { useSecretChange } from '../useSecretChange.ts'
import { addMove } from './moves.ts'
import { PreflightList, usePreflight } from './Preflight.tsx'
import { blockedBy, previewState } from './preflightLines.ts'

/** The documented steps: pick the organization, *Move*, the dialog. */
export function MoveSecret({ secret, usage }: { secret: Secret; usage: UsageLookup }) {
  const [target, setTarget] = useState('')
  const [asking, setAsking] = useState(false)
  const right = useRight('WRITER', secret)
  const access = useQuery(secretAccessQuery(refOf(secret))).data
  const blocked =
    right?.verdict === 'no'
      ? right.why
      : target === ''
        ? 'Pick the organization first.'
        : target === secret.orgName
          ? `It is already in ${target}.`
          : undefined
  const limit = secret.projects.length
  const effects: Effect[] = [
    ...repositoriesDo(secret, usage, STOP),
    ...(limit ? [{ what: `Limit to ${count(limit, 'project')}`, does: 'ends' }] : []),
    ...teamsDo(access, KEEP),
  ]
  return (
    <SettingRow
      title="Move to another organization"
      words={<Effects of={effects} none={`No repository and no team of ${secret.orgName} uses it.`} />}
    >
      <OrganizationField value={target} onChange={setTarget} label="New organization" />
      <ActButton action="Move" blocked={blocked} onAct={() => setAsking(true)} danger />
      {asking && <MoveDialog secret={secret} target={target} onClose={() => setAsking(false)} />}
    </SettingRow>
  )
}

type DialogProps = { secret: Secret; target: string; onClose: () => void }

/** The documented dialog of a move: the pre-flight, the typed name, *Yes, move to …*. */
function MoveDialog({ secret, target, onClose }: DialogProps) {
  const [newName, setNewName] = useState(secret.name)
  const { facts, usage, lines, retry } = usePreflight(secret, target, newName)
  // Once the name was taken the field stays, also while a free name is in it.
  const [wasTaken, setWasTaken] = useState(false)
  if (facts.nameTaken.data && !wasTaken) setWasTaken(true)
  const nameProblem = isName(newName) ? undefined : NAME_MEANING
  const move = useMoveChange(secret, { orgName: target, secretName: newName }, facts.usage.data)

  return (
    <ConfirmSecretChange
      secret={secret}
      change={move}
      title={`Move secret “${secret.name}” to ${target}`}
      action={`Yes, move to ${target}`}
      serious
      preview={previewState(lines)}
      blocked={nameProblem ?? blockedBy(lines)?.text}
      happens={
        <p>
          It gets the address{' '}
          <b className="mono">
            {target} / {newName}
          </b>
          . Id, value, owner and visibility stay. Flows and API calls that name it under {secret.orgName} fail from then
          on.
        </p>
      }
      affected={
        <>
          <PreflightList lines={lines} usage={usage} onRetry={retry} />
          {wasTaken && (
            <NewNameField
              label={`Name in ${target}`}
              problem={nameProblem}
              value={newName}
              onChange={setNewName}
              readOnly={move.isPending}
            />
          )}
        </>
      }
      forGood={forGood(secret, facts.usage.data)}
      onClose={onClose}
    />
  )
}

/** What a move sends and says, and what it leaves to do (see moves.ts). */
function useMoveChange(secret: Secret, to: SecretRef, usage: Usage | undefined) {
  const { id: secretId, name, projects } = secret
  const from = refOf(secret)
  const isRenamed = to.secretName !== name
  return useSecretChange(secret, {
    // v1, because v2 would make a private secret public; both fields in one request (concord-api §9.6).
    send: () => updateSecret(from, { orgName: to.orgName, ...(isRenamed && { name: to.secretName }) }),
    isMade: (now) => now.orgName === to.orgName,
    after: to,
    to: () => paths.secret(to),
    doneWords: `Moved ${name} to ${to.orgName}${isRenamed ? ` as ${to.secretName}` : ''}.`,
    failedWords: `${name} was not moved.`,
    // Something has changed since it was looked up: if the name was taken a moment ago, the dialog asks for another
    // one.
    failed: () => {
      void queryClient.invalidateQueries(canCreateQuery('SECRET', to))
      void queryClient.invalidateQueries(secretExistsQuery(to))
    },
    done: () => {
      forgetRepositories(from)
      addMove({
        ...{ secretId, from, to, complete: usage !== undefined, projects: projectItems(projects) },
        repositories: usage ? repositoryItems(usage.uses, from.orgName) : [],
        total: usage?.total ?? 0,
        hidden: usage?.hidden,
        hiddenProjects: usage ? hiddenItems(usage, from.orgName) : [],
      })
    },
  })
}

/** Warns only of what there is to lose. */
function forGood({ projects }: Secret, usage: Usage | undefined) {
  const lost = [usage?.total && 'the links of repositories', projects.length && 'the limit to projects']
  const words = listed(lost.filter((what) => typeof what === 'string'))
  return words && `Moving it back does not restore ${words}: note them first.`
}

type NameProps = {
  label: string
  problem: string | undefined
  value: string
  onChange: (value: string) => void
  readOnly: boolean
}

function NewNameField({ label, problem, value, onChange, readOnly }: NameProps) {
  return (
    <Field label={label} help="It is moved and renamed in one step." error={problem}>
      {(control) => (
        <input
          {...control}
          type="text"
          className="mono"
          value={value}
          onChange={(event) => onChange(event.target.value.trim())}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          readOnly={readOnly}
        />
      )}
    </Field>
  )
}
