import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { isApiError } from '#api/ApiError.ts'
import { NAME_MEANING, NAME_PATTERN, refOf, secretExistsQuery, updateSecret } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { useRight } from '#concord/rights.ts'
import { useUsage } from '#concord/usage.ts'
import { repositoriesUseIt } from '#concord/words.ts'
import { paths } from '#paths.ts'
import { Field } from '#ui/Field.tsx'
import { ActButton, SettingRow } from '#ui/SettingRow.tsx'
import { submitWithControlEnter } from '#ui/submitWithControlEnter.ts'
import { trimmed, UNSEEN } from '#ui/typed.ts'
import { AffectedRepositories, previewOf } from '../parts/Affected.tsx'
import { ConfirmSecretChange } from '../parts/ConfirmSecretChange.tsx'
import { useSecretChange } from './useSecretChange.ts'

export function RenameSecret({ secret }: { secret: Secret }) {
  const [name, setName] = useState(secret.name)
  const [asking, setAsking] = useState(false)
  const right = useRight('WRITER', secret)
  // What is known already: on a plain Concord only the danger zone below has it looked up.
  const usage = useUsage(secret, { wanted: false })
  const newName = trimmed(name)
  const blocked = right?.verdict === 'no' ? right.why : newName === secret.name ? 'Type another name first.' : undefined

  function ask(event: FormEvent) {
    event.preventDefault()
    if (!blocked) setAsking(true)
  }

  return (
    <SettingRow
      title="Name"
      words={`Flows and API calls that use the name fail after a rename. Repositories keep their link, which goes by the id; ${repositoriesUseIt(usage)}.`}
    >
      <form className="ui form" onSubmit={ask} onKeyDown={submitWithControlEnter}>
        <Field
          label="Secret name"
          patternMeaning={NAME_MEANING}
          help={newName !== name && newName !== '' && `Blanks around the name are left out: ${newName}`}
        >
          {(control) => (
            <input
              {...control}
              type="text"
              className="mono"
              required
              // A paste may bring blanks around it.
              pattern={`${UNSEEN}*${NAME_PATTERN}${UNSEEN}*`}
              value={name}
              onChange={(event) => setName(event.target.value)}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          )}
        </Field>
        <ActButton action="Rename" blocked={blocked} />
      </form>
      {asking && <RenameDialog secret={secret} newName={newName} onClose={() => setAsking(false)} />}
    </SettingRow>
  )
}

function RenameDialog({ secret, newName, onClose }: { secret: Secret; newName: string; onClose: () => void }) {
  const usage = useUsage(secret)
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
      typeName
      danger
      preview={previewOf(usage)}
      blocked={taken ? `${orgName} already has a secret named ${newName}. Choose another name.` : undefined}
      happens={
        <ul>
          <li>
            Its address becomes <b className="mono">{`${orgName} / ${newName}`}</b>; the value, the id, the owner and
            all access stay.
          </li>
          <li>It stays {secret.visibility === 'PRIVATE' ? 'private' : 'public'}.</li>
          <li>
            Flows, playbooks and API calls that use the name <b className="mono">{name}</b> fail from then on. The
            console cannot find them: search your code for the name first.
          </li>
        </ul>
      }
      affected={
        <AffectedRepositories
          usage={usage}
          orgName={orgName}
          fate={{
            one: 'uses it and keeps its link, which goes by the id',
            many: 'use it and keep their link, which goes by the id',
          }}
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
