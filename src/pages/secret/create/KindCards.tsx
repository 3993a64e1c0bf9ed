import { FileKey, FileUp, KeyRound, type LucideIcon, RectangleEllipsis, UserRoundKey } from 'lucide-react'
import { type KeyboardEvent, useRef } from 'react'
import { Icon } from '#ui/Icon.tsx'
import { KINDS, type Kind } from './draft.ts'

type Face = { icon: LucideIcon; title: string; sentence: string }

const FACES: Record<Kind, Face> = {
  'new-key-pair': {
    icon: KeyRound,
    title: 'New key pair',
    sentence: 'The server makes it. You get the public key.',
  },
  'key-pair': { icon: FileKey, title: 'Existing key pair', sentence: 'A public and a private key that you have.' },
  'username-password': {
    icon: UserRoundKey,
    title: 'Username and password',
    sentence: 'For Git over https, a database, a service.',
  },
  value: { icon: RectangleEllipsis, title: 'Single value', sentence: 'A token or any text, one line or many.' },
  file: { icon: FileUp, title: 'File', sentence: 'A certificate, a key store: up to 1 MiB.' },
}

export const kindTitle = (kind: Kind) => FACES[kind].title

type Props = {
  kind: Kind | undefined
  /** `goesOn`: the user has decided, and wants to fill in the form. */
  onChoose: (kind: Kind, goesOn: boolean) => void
}

/**
 * Each kind as a card. A click, Space or Enter chooses one and goes on to its form; the arrow keys only choose, because
 * they pass through the others.
 */
export function KindCards({ kind: chosen, onChoose }: Props) {
  const isPassing = useRef(false)

  function onKeyDown({ key }: KeyboardEvent) {
    isPassing.current = key.startsWith('Arrow')
  }

  return (
    <fieldset className="kinds" onKeyDown={onKeyDown} onKeyUp={() => (isPassing.current = false)}>
      <legend>
        Kind <span className="visually-hidden">of secret. A choice leads on to its name.</span>
      </legend>
      {KINDS.map((kind) => {
        const { icon, title, sentence } = FACES[kind]
        return (
          <label key={kind} className="choice">
            <input
              type="radio"
              name="kind"
              value={kind}
              checked={kind === chosen}
              onChange={() => onChoose(kind, false)}
              onClick={() => onChoose(kind, !isPassing.current)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
                // Instead of submitting the form.
                event.preventDefault()
                onChoose(kind, true)
              }}
            />
            <Icon of={icon} />
            <span>
              <b>{title}</b>
              <span className="note">{sentence}</span>
            </span>
          </label>
        )
      })}
    </fieldset>
  )
}
