import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { canCreateQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { refOf, type SecretRef, secretAccessQuery, secretExistsQuery, updateSecret } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { linksOf } from '#concord/brokenLinks.ts'
import { isGone } from '#concord/deletedMeanwhile.ts'
import { type Effect, KEEP, repositoriesDo, STOP, teamsDo } from '#concord/effects.ts'
import { forgetRepositories } from '#concord/repositories.ts'
import { useRight } from '#concord/rights.ts'
import { nameProblem } from '#concord/secretName.ts'
import type { Usage, UsageLookup } from '#concord/usage.ts'
import { hiddenItems, projectItems, repositoryItems } from '#concord/words.ts'
import { OrganizationField } from '#fields/OrganizationField.tsx'
import { paths } from '#paths.ts'
import { ActButton, SettingRow } from '#ui/SettingRow.tsx'
import { count } from '#ui/words.ts'
import { ConfirmSecretChange } from '../../parts/ConfirmSecretChange.tsx'
import { Effects } from '../../parts/Effects.tsx'
import { useGone } from '../useGone.ts'
import { useSecretChange } from '../useSecretChange.ts'
import { addMove } from './moves.ts'
import { NewNameField } from './NewNameField.tsx'
import { PreflightList, usePreflight } from './Preflight.tsx'
import { blockedBy, previewState } from './preflightLines.ts'

/** The documented steps: pick the organization, *Move*, the dialog. */
export function MoveSecret({ secret, usage }: { secret: Secret; usage: UsageLookup }) {
  const [target, setTarget] = useState('')
  const { id, setGone, words } = useGone('organization')
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
  function choose(orgName: string) {
    setTarget(orgName)
    setGone(undefined)
  }

  function drop() {
    setAsking(false)
    setTarget('')
    setGone(target)
  }

  const limit = secret.projects.length
  const effects: Effect[] = [
    ...repositoriesDo(secret, usage, STOP),
    ...(limit ? [{ what: `Limit to ${count(limit, 'project')}`, does: 'ends' }] : []),
    ...teamsDo(access, KEEP),
  ]
  return (
    <SettingRow
      id={id}
      title="Move to another organization"
      words={<Effects of={effects} none={`No repository and no team of ${secret.orgName} uses it.`} />}
    >
      <OrganizationField
        value={target}
        onChange={choose}
        current={secret.orgName}
        label="New organization"
        error={words}
      />
      <ActButton action="Move" blocked={blocked} onAct={() => setAsking(true)} danger />
      {asking && <MoveDialog secret={secret} target={target} onGone={drop} onClose={() => setAsking(false)} />}
    </SettingRow>
  )
}

type DialogProps = {
  secret: Secret
  target: string
  /** The target does not exist any more. */
  onGone: () => void
  onClose: () => void
}

/** The documented dialog of a move: the pre-flight, the typed name, *Yes, move to …*. */
function MoveDialog({ secret, target, onGone, onClose }: DialogProps) {
  const [newName, setNewName] = useState(secret.name)
  const { facts, usage, lines, retry } = usePreflight(secret, target, newName)
  // Once the name was taken the field stays, also while a free name is in it.
  const [wasTaken, setWasTaken] = useState(false)
  if (facts.nameTaken.data && !wasTaken) setWasTaken(true)
  const problem = nameProblem(newName)?.words
  const move = useMoveChange(secret, { orgName: target, secretName: newName }, facts.usage.data, onGone)

  const isTargetGone = isGone('organization', facts.canCreate.error)
  useEffect(() => {
    if (isTargetGone) onGone()
  })

  return (
    <ConfirmSecretChange
      secret={secret}
      change={move}
      title={`Move secret “${secret.name}” to ${target}`}
      action={`Yes, move to ${target}`}
      serious
      preview={previewState(lines)}
      blocked={problem ?? blockedBy(lines)?.text}
      blockedIsSaid
      isEdited={newName !== secret.name}
      fields={
        wasTaken && (
          <NewNameField
            target={target}
            taken={secret.name}
            value={newName}
            onChange={setNewName}
            problem={problem}
            line={lines.find(({ id }) => id === 'name')}
            readOnly={move.isPending}
          />
        )
      }
      onClose={onClose}
    >
      <PreflightList lines={wasTaken ? lines.filter(({ id }) => id !== 'name') : lines} usage={usage} onRetry={retry} />
    </ConfirmSecretChange>
  )
}

/** What a move sends and says, and what it leaves to do (see moves.ts). */
function useMoveChange(secret: Secret, to: SecretRef, usage: Usage | undefined, onGone: () => void) {
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
    failed: (error) => {
      void queryClient.invalidateQueries({ queryKey: ['organizations'] })
      void queryClient.invalidateQueries(canCreateQuery('SECRET', to))
      void queryClient.invalidateQueries(secretExistsQuery(to))
      if (isGone('organization', error)) onGone()
    },
    done: () => {
      forgetRepositories(from)
      // A link that was broken before leaves nothing to repair.
      const links = usage && linksOf(secret, usage)
      addMove({
        ...{ secretId, from, to, complete: usage !== undefined, projects: projectItems(projects) },
        repositories: links ? repositoryItems(links.working, from.orgName) : [],
        total: links?.workingTotal ?? 0,
        hidden: links?.hidden,
        hiddenProjects: usage ? hiddenItems(usage, from.orgName) : [],
      })
    },
  })
}
