import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { isApiError } from '#api/ApiError.ts'
import { refOf, secretExistsQuery, updateSecret } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { repositoriesDo } from '#concord/effects.ts'
import { useRight } from '#concord/rights.ts'
import { nameProblem } from '#concord/secretName.ts'
import { useUsage } from '#concord/usage.ts'
import { actorOf } from '#concord/words.ts'
import { paths } from '#paths.ts'
import { RelativeTime } from '#ui/RelativeTime.tsx'
import { ActButton, SettingRow } from '#ui/SettingRow.tsx'
import { submitWithControlEnter } from '#ui/submitWithControlEnter.ts'
import { listed } from '#ui/words.ts'
import { AffectedRepositories, previewOf } from '../parts/Affected.tsx'
import { ConfirmSecretChange } from '../parts/ConfirmSecretChange.tsx'
import { Effects } from '../parts/Effects.tsx'
import { NameField, useTaken } from '../parts/NameField.tsx'
import { useSecretChange } from './useSecretChange.ts'

export function RenameSecret({ secret }: { secret: Secret }) {
  const [name, setName] = useState(secret.name)
  const [isTried, setIsTried] = useState(false)
  const [asking, setAsking] = useState(false)
  const org = { orgName: secret.orgName }
  const right = useRight('WRITER', secret)
  // What is known already: on a plain Concord only the danger zone below has it looked up.
  const usage = useUsage(secret, { wanted: false })
  const isSame = name === secret.name
  // The dialog looks itself.
  const isTaken = useTaken(org, isSame || asking ? '' : name)
  const blocked = right?.verdict === 'no' ? right.why : isSame ? 'Type another name first.' : undefined

  function ask(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (blocked) return
    if (!isTaken && !nameProblem(name)) return setAsking(true)
    setIsTried(true)
    event.currentTarget.querySelector('input')?.focus()
  }

  return (
    <SettingRow title="Name" words={<Effects of={[BY_NAME, ...repositoriesDo(secret, usage, KEEP_LINK)]} />}>
      <form className="ui form" noValidate onSubmit={ask} onKeyDown={submitWithControlEnter}>
        <NameField label="Secret name" org={org} name={name} onChange={setName} isTaken={isTaken} isTried={isTried} />
        <ActButton action="Rename" blocked={blocked} />
      </form>
      {asking && <RenameDialog secret={secret} newName={name} onClose={() => setAsking(false)} />}
    </SettingRow>
  )
}

const BY_NAME = { what: 'Flows and API calls', does: 'need the new name' }
const KEEP_LINK = { one: 'keeps its link', many: 'keep their link' }

function RenameDialog({ secret, newName, onClose }: { secret: Secret; newName: string; onClose: () => void }) {
  const usage = useUsage(secret)
  const lastUse = usage.data?.lastUse?.entry
  const { orgName, name } = secret
  const renamed = { orgName, secretName: newName }
  // The server's error for a taken name quotes the old one (concord-api Q15), so the name is checked before.
  const taken = useQuery(secretExistsQuery(renamed)).data === true

  const rename = useSecretChange(secret, {
    send: () => updateSecret(refOf(secret), { name: newName }),
    after: renamed,
    isMade: (now) => now.name === newName,
    doneWords: `Renamed ${name} to ${newName}.`,
    failedWords: `${name} was not renamed.`,
    to: () => paths.secret(renamed, 'settings'),
    done: onClose,
  })

  return (
    <ConfirmSecretChange
      secret={secret}
      change={rename}
      title={`Rename secret “${name}” to “${newName}”`}
      action={`Yes, rename to ${newName}`}
      serious
      preview={previewOf(usage)}
      blocked={taken ? `${orgName} already has a secret named ${newName}. Choose another name.` : undefined}
      happens={
        <ul>
          <li>
            <b>Flows, playbooks and API calls</b> that use the name <b className="mono">{name}</b> fail.{' '}
            {inWhichProjects(secret)} Search their code for the name first.
          </li>
          {lastUse && (
            <li>
              <b>API calls</b> read it by name: the last was <RelativeTime at={lastUse.entryDate} />, by{' '}
              <b>{actorOf(lastUse)}</b>.
            </li>
          )}
          <li>
            It gets the address <b className="mono">{`${orgName} / ${newName}`}</b>. Id, value, owner, access and
            visibility stay.
          </li>
        </ul>
      }
      affected={
        <AffectedRepositories
          usage={usage}
          secret={secret}
          fate={{ one: 'keeps its link, which goes by the id', many: 'keep their links, which go by the id' }}
          none="No repository that you can see uses it."
        />
      }
      nextStep={(error) =>
        isApiError(error, 'rejected') && error.words.includes('already exists')
          ? `It means the new name: ${orgName} has a secret named ${newName}. Close this and choose another.`
          : undefined
      }
      onClose={onClose}
    />
  )
}

/** Where to search: a limit to projects names them. */
function inWhichProjects({ orgName, projects }: Secret) {
  if (projects.length === 0) return `Flows of any project of ${orgName} can use it.`
  const names = projects.map((project) => project.name).sort()
  return `Only flows of ${names.length > 5 ? `its ${names.length} projects` : listed(names)} can use it.`
}
