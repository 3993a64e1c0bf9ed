import { useState } from 'react'
import { canCreateQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { secretExistsQuery, updateSecret } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { projectItems, repositoryItems } from '#concord/items.ts'
import { isName, NAME_MEANING } from '#concord/secretName.ts'
import { listed } from '#concord/words.ts'
import { paths } from '#paths.ts'
import { Field } from '#ui/Field.tsx'
import { ConfirmSecretChange } from '../change/ConfirmSecretChange.tsx'
import { refOf, useSecretChange } from '../change/useSecretChange.ts'
import { addMove } from './moves.ts'
import { PreflightList } from './PreflightList.tsx'
import { blockedBy, type MoveFacts, preflight, previewState } from './preflight.ts'
import { usePreflight } from './usePreflight.ts'

type Props = { secret: Secret; target: string; onClose: () => void }

/** The documented pop-up of a move: what it will meet and cause, the typed name, *Yes, move to …*. */
export function MoveDialog({ secret, target, onClose }: Props) {
  const [newName, setNewName] = useState(secret.name)
  const { facts, retry } = usePreflight(secret, target, newName)
  const lines = preflight(facts)
  // Once the name was taken the field stays, also when what is typed there is free.
  const [wasTaken, setWasTaken] = useState(false)
  if (facts.nameTaken.data && !wasTaken) setWasTaken(true)

  const from = refOf(secret)
  const to = { orgName: target, secretName: newName }

  const move = useSecretChange(secret, {
    // v1, because v2 would make a private secret public; both fields in one request (concord-api §9.6).
    send: () => updateSecret(from, { orgName: target, ...(newName === secret.name ? {} : { name: newName }) }),
    isMade: (now) => now.orgName === target,
    // Something has changed since it was looked up: a name that was taken a moment ago asks for another one.
    failed: () => {
      void queryClient.invalidateQueries(canCreateQuery('SECRET', { orgName: target }))
      void queryClient.invalidateQueries(secretExistsQuery(to))
    },
    after: to,
    doneWords: `Moved ${secret.name} to ${target}${newName === secret.name ? '' : ` as ${newName}`}.`,
    failedWords: `${secret.name} was not moved.`,
    to: () => paths.secret(to),
    done: () => {
      const { uses = [], unreadable = [], complete = false } = facts.usage.data ?? {}
      const { id: secretId, projects } = secret
      const lost = { repositories: repositoryItems(uses), projects: projectItems(projects) }
      addMove({ secretId, from, to, ...lost, complete, unreadable })
    },
  })

  return (
    <ConfirmSecretChange
      secret={secret}
      change={move}
      title={`Move secret “${secret.name}” to ${target}`}
      action={`Yes, move to ${target}`}
      danger
      typeName
      preview={previewState(lines)}
      blocked={nameProblem(newName) ?? blockedBy(lines)?.text}
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
          <PreflightList lines={lines} onRetry={retry} />
          {wasTaken && (
            <Field label={`Name in ${target}`} help="It is moved and renamed in one step." error={nameProblem(newName)}>
              {(control) => (
                <input
                  {...control}
                  type="text"
                  className="mono"
                  value={newName}
                  onChange={(event) => setNewName(event.target.value.trim())}
                  autoComplete="off"
                  autoCapitalize="none"
                  spellCheck={false}
                  readOnly={move.isPending}
                />
              )}
            </Field>
          )}
        </>
      }
      forGood={forGood(secret, facts)}
      onClose={onClose}
    />
  )
}

/** Only what there is to lose is worth a warning. */
function forGood({ projects }: Secret, { usage }: MoveFacts) {
  const uses = (usage.data?.uses.length ?? 0) > 0
  if (!uses && projects.length === 0) return undefined
  return `Moving it back does not restore ${listed([
    ...(uses ? ['the links of repositories'] : []),
    ...(projects.length > 0 ? ['the limit to projects'] : []),
  ])}: note them first.`
}

const nameProblem = (name: string) => (isName(name) ? undefined : NAME_MEANING)
