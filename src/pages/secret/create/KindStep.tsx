import { CircleAlert, FileKey, FileUp, KeyRound, type LucideIcon, TextCursorInput, UserRoundKey } from 'lucide-react'
import { Icon } from '#ui/Icon.tsx'
import type { Kind } from './draft.ts'
import type { StepProps } from './step.ts'

type Words = { kind: Kind; icon: LucideIcon; title: string; sentence: string }

const KINDS: Words[] = [
  {
    kind: 'new-key-pair',
    icon: KeyRound,
    title: 'New key pair',
    sentence: 'The server makes an RSA key pair. You get the public key, for a deploy key of a Git repository.',
  },
  {
    kind: 'key-pair',
    icon: FileKey,
    title: 'Existing key pair',
    sentence: 'A public and a private key that you already have.',
  },
  {
    kind: 'username-password',
    icon: UserRoundKey,
    title: 'Username and password',
    sentence: 'For a Git repository over https, a database, a service.',
  },
  {
    kind: 'value',
    icon: TextCursorInput,
    title: 'Single value',
    sentence: 'A token or any other text, one line or many.',
  },
  {
    kind: 'file',
    icon: FileUp,
    title: 'File',
    sentence: 'Up to 1 MiB of anything: a certificate, a key store, a configuration.',
  },
]

export const kindTitle = (kind: Kind) => KINDS.find((words) => words.kind === kind)?.title ?? ''

export function KindStep({ draft, change, errorAt }: StepProps) {
  const error = errorAt('kind')
  return (
    <fieldset className="kinds" aria-describedby={error && 'kind-error'}>
      <legend className="visually-hidden">What kind of secret?</legend>
      {KINDS.map(({ kind, icon, title, sentence }) => (
        <label key={kind} className="choice">
          <input
            type="radio"
            name="kind"
            value={kind}
            checked={draft.kind === kind}
            onChange={() => change({ kind })}
            data-problem={error && ''}
          />
          <span>
            <b>
              <Icon of={icon} /> {title}
            </b>
            <span className="note">{sentence}</span>
          </span>
        </label>
      ))}
      {error && (
        <p className="note error" id="kind-error" role="alert">
          <Icon of={CircleAlert} size={14} /> {error}
        </p>
      )}
    </fieldset>
  )
}
