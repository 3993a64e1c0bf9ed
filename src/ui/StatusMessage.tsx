import { CircleCheck, TriangleAlert, X } from 'lucide-react'
import { useEffect } from 'react'
import { createStore, useStore } from '../store.ts'
import { Icon } from './Icon.tsx'

type Message = {
  text: string
  tone: 'success' | 'warning' | 'negative'
  /** Something to do about it: `{ label: 'Make private again', onAct: … }`. */
  action?: { label: string; onAct: () => void } | undefined
}

const message = createStore<Message | undefined>(undefined)

/** Says that something was done. The message survives a change of page and goes away by itself. */
export const announce = (text: string, action?: Message['action']) => message.set({ text, tone: 'success', action })

/** Says something that must not be missed: it stays until it is dismissed. */
export const warn = (text: string, action?: Message['action']) => message.set({ text, tone: 'warning', action })

/** Says that harm was done: an alert that stays until it is dismissed. */
export const alarm = (text: string, action?: Message['action']) => message.set({ text, tone: 'negative', action })

export const dismiss = () => message.set(undefined)

/** Where messages of `announce`, `warn` and `alarm` appear. Rendered once, outside the pages. */
export function StatusRegion() {
  const shown = useStore(message)

  useEffect(() => {
    if (shown?.tone !== 'success') return
    const timer = setTimeout(() => message.get() === shown && dismiss(), shown.action ? 20_000 : 8_000)
    return () => clearTimeout(timer)
  }, [shown])

  return (
    <div className="status-region" role="status" aria-live="polite">
      {shown && (
        <div className={`ui ${shown.tone} message`} role={shown.tone === 'negative' ? 'alert' : undefined}>
          <Icon of={shown.tone === 'success' ? CircleCheck : TriangleAlert} />
          <p>{shown.text}</p>
          {shown.action && (
            <button
              type="button"
              className="ui button"
              onClick={() => {
                dismiss()
                shown.action?.onAct()
              }}
            >
              {shown.action.label}
            </button>
          )}
          <button type="button" className="ui icon basic button" aria-label="Dismiss" onClick={dismiss}>
            <Icon of={X} />
          </button>
        </div>
      )}
    </div>
  )
}
