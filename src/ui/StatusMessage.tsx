import { CircleCheck, TriangleAlert, X } from 'lucide-react'
import { useEffect, useId, useRef } from 'react'
import { createStore, useStore } from '../store.ts'
import { focusHeading } from './focusHeading.ts'
import { Icon } from './Icon.tsx'

type Message = {
  text: string
  tone: 'success' | 'warning' | 'negative'
  /** Something to do about it: `{ label: 'Make private again', onAct: … }`. */
  action?: { label: string; onAct: () => void } | undefined
}

const messages = createStore<Message[]>([])

/** A new message replaces an earlier success and an equal one; warnings and alerts stay. */
const add = (message: Message) =>
  messages.set([...messages.get().filter(({ text, tone }) => tone !== 'success' && text !== message.text), message])

/** If the focus is on one of the message's buttons, it must not get lost with them. */
function dismiss(message: Message, box: HTMLElement | null) {
  if (box?.contains(document.activeElement)) focusHeading()
  messages.set(messages.get().filter((shown) => shown !== message))
}

/** Reports success. The message survives a change of page and disappears by itself. */
export const announce = (text: string, action?: Message['action']) => add({ text, tone: 'success', action })

/** Reports something that must not be missed: it stays until it is dismissed. */
export const warn = (text: string, action?: Message['action']) => add({ text, tone: 'warning', action })

/** Reports harm: an alert that stays until it is dismissed. */
export const alarm = (text: string, action?: Message['action']) => add({ text, tone: 'negative', action })

/** Called when another user signs in: messages, and what they offer to do, are not for the next user. */
export const forgetMessages = () => messages.set([])

/** Where messages of `announce`, `warn` and `alarm` appear. Rendered once, outside the pages. */
export function StatusRegion() {
  const shown = useStore(messages)
  return (
    <div className="status-region" role="status" aria-live="polite">
      {shown.map((message) => (
        <StatusMessage key={message.text} message={message} />
      ))}
    </div>
  )
}

function StatusMessage({ message }: { message: Message }) {
  const { text, tone, action } = message
  const box = useRef<HTMLDivElement>(null)
  const textId = useId()

  useEffect(() => {
    if (message.tone !== 'success') return
    const timer = setTimeout(() => dismiss(message, box.current), message.action ? 20_000 : 8_000)
    return () => clearTimeout(timer)
  }, [message])

  return (
    <div ref={box} className={`ui ${tone} message`} role={tone === 'negative' ? 'alert' : undefined}>
      <Icon of={tone === 'success' ? CircleCheck : TriangleAlert} />
      <p id={textId}>{text}</p>
      {action && (
        <button
          type="button"
          className="ui button"
          onClick={() => {
            dismiss(message, box.current)
            action.onAct()
          }}
        >
          {action.label}
        </button>
      )}
      <button
        type="button"
        className="ui icon basic button"
        aria-label="Dismiss"
        aria-describedby={textId}
        onClick={() => dismiss(message, box.current)}
      >
        <Icon of={X} />
      </button>
    </div>
  )
}
