import { Field } from '#ui/Field.tsx'
import { RevealInput } from '#ui/RevealInput.tsx'
import type { FormProps } from './fields.ts'
import { Warnings } from './Warnings.tsx'

export function CredentialsFields({ draft, change, errorAt, warningsAt }: FormProps) {
  return (
    <>
      <div className="with-warnings">
        <Field
          label="Username"
          error={errorAt('username')}
          required
          value={draft.username}
          onChange={({ target }) => change({ username: target.value })}
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
        />
        <Warnings of={warningsAt('username')} />
      </div>
      <div className="with-warnings">
        <Field label="Password" error={errorAt('password')}>
          {(control) => (
            <RevealInput
              what="password"
              {...control}
              required
              value={draft.password}
              onChange={({ target }) => change({ password: target.value })}
              autoComplete="new-password"
            />
          )}
        </Field>
        <Warnings of={warningsAt('password')} />
      </div>
    </>
  )
}
