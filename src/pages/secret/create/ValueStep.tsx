import { useEffect } from 'react'
import { NAME_MEANING, NAME_PATTERN } from '#api/secrets.ts'
import { Field } from '#ui/Field.tsx'
import { RevealInput } from '#ui/RevealInput.tsx'
import { ContentField } from './ContentField.tsx'
import type { Content } from './draft.ts'
import { Warnings } from './Notes.tsx'
import type { StepProps } from './step.ts'

export function ValueStep(props: StepProps) {
  const { draft, change, errorAt } = props
  useDropsStayHere()
  return (
    <>
      <Field
        label="Name"
        help={`${NAME_MEANING} Flows and playbooks refer to it by this name.`}
        error={errorAt('name')}
        required
        pattern={NAME_PATTERN}
        patternMeaning={`A name has ${NAME_MEANING}`}
        className="secret-name"
        value={draft.name}
        // Names have no blanks: those from a paste are removed without an error.
        onChange={({ target }) => change({ name: target.value.trim() })}
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
      />
      <ValueFields {...props} />
    </>
  )
}

function ValueFields(props: StepProps) {
  const { draft, change, errorAt, warningsAt } = props
  const content = (field: 'publicKey' | 'privateKey' | 'value' | 'file') => ({
    content: draft[field],
    onChange: (content: Content) => change({ [field]: content }),
    error: errorAt(field),
    warnings: warningsAt(field),
  })
  switch (draft.kind) {
    case 'key-pair':
      return (
        <>
          <ContentField
            key="public"
            label="Public key"
            help="One line that begins with ssh-rsa, ssh-ed25519, or alike; or PEM."
            {...content('publicKey')}
            typed="in clear"
            accept=".pub,.pem,.txt"
          />
          <ContentField
            key="private"
            label="Private key"
            help="PEM, without a passphrase."
            {...content('privateKey')}
            typed="masked"
          />
        </>
      )
    case 'username-password':
      return <UsernameAndPassword {...props} />
    case 'value':
      return (
        <ContentField
          key="value"
          label="Value"
          help="Kept as it is, to the byte."
          {...content('value')}
          typed="masked"
        />
      )
    case 'file':
      return <ContentField key="file" label="File" help="Any bytes, up to 1 MiB." {...content('file')} />
    default:
      return <p className="muted">There is nothing else to fill in: the server makes both keys.</p>
  }
}

function UsernameAndPassword({ draft, change, errorAt, warningsAt }: StepProps) {
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

/** A file dropped beside the field must not replace the page: everything typed would be lost. */
function useDropsStayHere() {
  useEffect(() => {
    const stay = (event: globalThis.DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
    }
    window.addEventListener('dragover', stay)
    window.addEventListener('drop', stay)
    return () => {
      window.removeEventListener('dragover', stay)
      window.removeEventListener('drop', stay)
    }
  }, [])
}
