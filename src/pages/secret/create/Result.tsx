import { Download } from 'lucide-react'
import { useId } from 'react'
import { Link } from 'react-router'
import type { SecretRef } from '#api/secrets.ts'
import { paths } from '#paths.ts'
import { CopyButton } from '#ui/CopyButton.tsx'
import { downloadText } from '#ui/downloadText.ts'
import { Icon } from '#ui/Icon.tsx'
import { RevealInput } from '#ui/RevealInput.tsx'

/** What only the response to the creation contains. */
export type OnceOnly = 'password' | 'publicKey'
export type Created = {
  secret: SecretRef
  once: Partial<Record<OnceOnly, string>>
  /** Whether the result page has been shown. */
  wasShown: boolean
}

type Props = { created: Created; saved: OnceOnly[]; onSaved: (what: OnceOnly) => void }

export function Result({ created: { secret, once }, saved, onSaved }: Props) {
  const { secretName, orgName } = secret
  return (
    <>
      {once.password && (
        <Once
          label="Store password"
          what="password"
          text={once.password}
          fileName={`${secretName}.password.txt`}
          {...{ saved, onSaved }}
        >
          It is shown only now and cannot be recovered. Without it the value cannot be read.
        </Once>
      )}
      {once.publicKey && (
        <Once
          label="Public key"
          what="publicKey"
          text={once.publicKey}
          fileName={`${secretName}.pub`}
          {...{ saved, onSaved }}
        >
          {once.password
            ? 'It is shown only now: Concord does not show the public key of a pair with a store password again.'
            : 'Add it to your Git host as a deploy key. The secret’s page can show it again.'}
        </Once>
      )}
      {!once.password && !once.publicKey && <p>Its value is stored, and was removed from this page.</p>}
      <div className="actions">
        <Link className="ui primary button" to={paths.secret(secret)}>
          Open the secret
        </Link>
        <Link className="ui button" to={paths.newSecret({ orgName })}>
          Create another
        </Link>
        <Link className="ui basic button" to={paths.secrets({ orgName })}>
          All secrets
        </Link>
      </div>
    </>
  )
}

type OnceProps = Pick<Props, 'saved' | 'onSaved'> & {
  label: string
  what: OnceOnly
  text: string
  fileName: string
  children: string
}

function Once({ label, what, text, fileName, saved, onSaved, children }: OnceProps) {
  const id = useId()
  const shared = { id, readOnly: true, value: text, 'aria-describedby': `${id}-note` }
  return (
    <div className="once field wide">
      <label htmlFor={id}>{label}</label>
      {what === 'password' ? (
        <RevealInput what="store password" {...shared} />
      ) : (
        <textarea className="mono" rows={7} {...shared} />
      )}
      <p className="note" id={`${id}-note`}>
        {children}
      </p>
      <div className="once-actions">
        <CopyButton text={text} label={`Copy the ${label.toLowerCase()}`} onCopied={() => onSaved(what)}>
          Copy
        </CopyButton>
        <button
          type="button"
          className="ui button"
          aria-label={`Download the ${label.toLowerCase()}`}
          onClick={() => {
            downloadText(fileName, text)
            onSaved(what)
          }}
        >
          <Icon of={Download} /> Download
        </button>
        {!saved.includes(what) && <span className="note">Neither copied nor downloaded yet.</span>}
      </div>
    </div>
  )
}
