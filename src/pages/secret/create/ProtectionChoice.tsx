import { Check, Circle } from 'lucide-react'
import { Field } from '#ui/Field.tsx'
import { Icon } from '#ui/Icon.tsx'
import { RevealInput } from '#ui/RevealInput.tsx'
import type { FormProps } from './fields.ts'
import { RadioCard } from './RadioCard.tsx'
import { passwordRules } from './rules.ts'
import { Warnings } from './Warnings.tsx'

type Props = FormProps & { username: string }

export function ProtectionChoice(props: Props) {
  const { draft, change, warningsAt } = props
  return (
    <fieldset>
      <legend>Protection</legend>
      <RadioCard
        name="protection"
        title="Server key"
        checked={draft.protection === 'server-key'}
        onChoose={() => change({ protection: 'server-key' })}
      >
        The server can decrypt it by itself: right for repositories and for most flows.
      </RadioCard>
      <RadioCard
        name="protection"
        title="Store password, made by the server"
        checked={draft.protection === 'generated-password'}
        onChoose={() => change({ protection: 'generated-password' })}
      >
        12 random characters, shown once after the secret is created. Every use of the secret requires it.
      </RadioCard>
      <RadioCard
        name="protection"
        title="Store password of your own"
        checked={draft.protection === 'own-password'}
        onChoose={() => change({ protection: 'own-password' })}
      >
        It cannot be recovered or reset: if it is lost, so is the value.
      </RadioCard>
      {draft.protection === 'own-password' && <StorePassword {...props} />}
      <Warnings of={warningsAt('protection')} />
      <p className="note">This cannot be changed later: a server key stays a server key.</p>
    </fieldset>
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
