import { Check, Copy } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Icon } from './Icon.tsx'

type Props = {
  text: string
  /** The button's name, which begins with the word that it shows: `Copy id`. */
  label: string
  onCopied?: () => void
  /** What most people do next. */
  primary?: boolean
  /** Beside the icon; without it the button is the icon alone. */
  children?: ReactNode
}

/** Copies, and says so. */
export function CopyButton({ text, label, onCopied, primary, children }: Props) {
  const [outcome, setOutcome] = useState('')

  async function copy() {
    const copied = await copyText(text)
    if (copied) onCopied?.()
    setOutcome(copied ? 'Copied' : 'Could not copy: select the text and copy it yourself')
    setTimeout(() => setOutcome(''), copied ? 2_000 : 6_000)
  }

  return (
    <span className="copy">
      <button
        type="button"
        className={children ? `ui ${primary ? 'primary' : ''} button` : 'ui icon basic button'}
        aria-label={label}
        title={children ? undefined : label}
        onClick={copy}
      >
        <Icon of={outcome === 'Copied' ? Check : Copy} />
        {children}
      </button>
      <span role="status" className="note">
        {outcome}
      </span>
    </span>
  )
}

/** Also on plain http, where browsers hide the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    const opener = document.activeElement
    area.value = text
    area.className = 'visually-hidden'
    // Inside an open dialog everything else is inert.
    const host = document.querySelector('dialog[open]') ?? document.body
    host.append(area)
    area.select()
    const copied = document.execCommand('copy')
    area.remove()
    if (opener instanceof HTMLElement) opener.focus()
    return copied
  }
}
