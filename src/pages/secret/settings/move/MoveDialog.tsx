import { useState } from 'react'
import { isApiError } from '#api/ApiError.ts'
import { updateSecret } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { paths } from '#paths.ts'
import { ConfirmDialog } from '#ui/ConfirmDialog.tsx'
import { ErrorMessage } from '#ui/ErrorMessage.tsx'
import { VisibilityFact } from '#ui/Facts.tsx'
import { Field } from '#ui/Field.tsx'
import { ProtectionFact, TypeFact } from '../../facts.tsx'
import { refOf, useSecretChange } from '../useSecretChange.ts'
import { lastMove } from './lastMove.ts'
import { PreflightList } from './PreflightList.tsx'
import { blockedBy, preflight, previewState } from './preflight.ts'
import { usePreflight } from './usePreflight.ts'

type Props = { secret: Secret; target: string; onClose: () => void }

/** The documented pop-up of a move: what it will meet and cause, the typed name, *Yes, move to …*. */
export function MoveDialog({ secret, target, onClose }: Props) {
  const [newName, setNewName] = useState(secret.name)
  const facts = usePreflight(secret, target, newName)
  const lines = preflight(facts)
  // Once the name was taken the field stays, also when what is typed there is free.
  const [wasTaken, setWasTaken] = useState(false)
  if (facts.nameTaken.data && !wasTaken) setWasTaken(true)

  const from = refOf(secret)
  const to = { orgName: target, secretName: newName }

  const move = useSecretChange(secret, {
    // v1, because v2 would make a private secret public; both fields in one request (ux.md §8).
    send: () => updateSecret(from, { orgName: target, ...(newName === secret.name ? {} : { name: newName }) }),
    happened: (now) => now.orgName === target,
    after: to,
    said: `Moved ${secret.name} to ${target}${newName === secret.name ? '' : ` as ${newName}`}.`,
    to: () => paths.secret(to),
    onDone: () => {
      const { uses = [], unreadable = [] } = facts.usage.data ?? {}
      const projects = secret.projects.map((project) => project.name)
      lastMove.set({ secretId: secret.id, from, to, uses, unreadable, projects })
    },
  })

  return (
    <ConfirmDialog
      title={
        <>
          Move secret “<span className="mono">{secret.name}</span>” to {target}
        </>
      }
      action={`Yes, move to ${target}`}
      danger
      phrase={secret.name}
      busy={move.isPending}
      preview={previewState(lines)}
      blocked={nameProblem(newName) ?? blockedBy(lines)?.text}
      problem={
        <ErrorMessage
          error={move.error}
          title={`${secret.name} was not moved.`}
          readAgain={move.readAgain}
          found={move.found}
        >
          {isApiError(move.error, 'forbidden') && (
            <p>Ask somebody with the missing right to move it, or to give it to you.</p>
          )}
        </ErrorMessage>
      }
      onConfirm={move.mutate}
      onClose={onClose}
    >
      <p className="subject">
        <span className="mono">
          {secret.orgName} / {secret.name}
        </span>
        <TypeFact type={secret.type} />
        <VisibilityFact visibility={secret.visibility} />
        <ProtectionFact encryptedBy={secret.encryptedBy} />
      </p>
      <p>
        It gets the address{' '}
        <b className="mono">
          {target} / {newName}
        </b>
        . Id, value, owner and visibility stay. Flows and API calls that name it under {secret.orgName} fail from then
        on.
      </p>
      <PreflightList lines={lines} />
      {wasTaken && (
        <Field
          label={`Name in ${target}`}
          className="mono"
          value={newName}
          onChange={(event) => setNewName(event.target.value.trim())}
          error={nameProblem(newName)}
          help="It is moved and renamed in one step."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          readOnly={move.isPending}
        />
      )}
      <p className="irreversible">
        Moving it back later restores neither the links of repositories nor the limit to projects: note them first.
      </p>
    </ConfirmDialog>
  )
}

function nameProblem(name: string) {
  return /^[0-9a-zA-Z][0-9a-zA-Z_@.\-~]{2,127}$/.test(name)
    ? undefined
    : '3 to 128 letters, digits and _ @ . - ~, beginning with a letter or a digit.'
}
