import { Check, Circle } from 'lucide-react'
import type { ReactNode } from 'react'
import { ProjectField } from '#fields/ProjectField.tsx'
import { Field } from '#ui/Field.tsx'
import { Icon } from '#ui/Icon.tsx'
import { RevealInput } from '#ui/RevealInput.tsx'
import { Warnings } from './Notes.tsx'
import { passwordRules } from './rules.ts'
import type { StepProps } from './step.ts'

type Props = StepProps & { orgName: string; username: string }

export function ProtectionStep(props: Props) {
  const { draft, change, warningsAt, orgName } = props
  return (
    <>
      <fieldset>
        <legend>Protection</legend>
        <Choice
          name="protection"
          title="Server key"
          checked={draft.protection === 'server-key'}
          onChoose={() => change({ protection: 'server-key' })}
        >
          The server can decrypt it by itself: right for repositories and for most flows.
        </Choice>
        <Choice
          name="protection"
          title="Store password, made by the server"
          checked={draft.protection === 'generated-password'}
          onChoose={() => change({ protection: 'generated-password' })}
        >
          12 random characters, shown once after the secret is created. Every use of the secret requires it.
        </Choice>
        <Choice
          name="protection"
          title="Store password of your own"
          checked={draft.protection === 'own-password'}
          onChoose={() => change({ protection: 'own-password' })}
        >
          It cannot be recovered or reset: if it is lost, so is the value.
        </Choice>
        {draft.protection === 'own-password' && <StorePassword {...props} />}
        <Warnings of={warningsAt('protection')} />
        <p className="note">This cannot be changed later: a server key stays a server key.</p>
      </fieldset>
      <fieldset>
        <legend>Visibility</legend>
        <Choice
          name="visibility"
          title="Private"
          checked={draft.visibility === 'PRIVATE'}
          onChoose={() => change({ visibility: 'PRIVATE' })}
        >
          You, the owner of {orgName}, and the teams that you give access to. Its members see that it exists.
        </Choice>
        <Choice
          name="visibility"
          title="Public"
          checked={draft.visibility === 'PUBLIC'}
          onChoose={() => change({ visibility: 'PUBLIC' })}
        >
          Everybody who can sign in to this server can use it, also outside of {orgName}.
        </Choice>
        <Warnings of={warningsAt('visibility')} />
      </fieldset>
      <ProjectField
        orgName={orgName}
        value={draft.projects}
        onChange={(projects) => change({ projects })}
        help={
          draft.projects.length
            ? 'Only processes of these projects can read it.'
            : `Every project of ${orgName} may use it. Choose some, and only those can.`
        }
      />
    </>
  )
}

type ChoiceProps = { name: string; title: string; checked: boolean; onChoose: () => void; children: ReactNode }

function Choice({ name, title, checked, onChoose, children }: ChoiceProps) {
  return (
    <label className="choice">
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      <span>
        <b>{title}</b>
        <span className="note">{children}</span>
      </span>
    </label>
  )
}

function StorePassword({ draft, change, errorAt, warningsAt, username }: Props) {
  return (
    <div className="store-password">
      <Field label="Store password" error={errorAt('storePassword')}>
        {(control) => (
          <RevealInput
            what="store password"
            {...control}
            required
            value={draft.storePassword}
            onChange={({ target }) => change({ storePassword: target.value })}
            autoComplete="new-password"
          />
        )}
      </Field>
      <ul className="rules" aria-label="Rules for store passwords">
        {passwordRules(draft.storePassword, username).map(({ words, holds }) => (
          <li key={words} className={holds ? 'holds' : undefined}>
            <Icon of={holds ? Check : Circle} size={14} /> {words}
            <span className="visually-hidden">{holds ? ': yes' : ': not yet'}</span>
          </li>
        ))}
      </ul>
      <Warnings of={warningsAt('storePassword')} />
    </div>
  )
}
