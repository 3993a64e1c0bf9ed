import { OctagonAlert, TriangleAlert } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useId, useState } from 'react'
import { Dialog } from './Dialog.tsx'
import { Icon } from './Icon.tsx'
import { matchesPhrase } from './phrase.ts'
import { useLostLines } from './useLostLines.ts'

type Props = {
  /** Verb and object: `Move secret “git-key” to platform`. */
  title: ReactNode
  /** The button, starting with the documented word: `Yes, move to platform`. */
  action: ReactNode
  onConfirm: () => void
  onClose: () => void
  /** To be typed before the button works (L2, L3). Without it *Cancel* has the focus (L1). */
  phrase?: string
  /** The act is red, as what cannot be undone by oneself; otherwise amber. */
  danger?: boolean
  /** The act runs: both buttons are off and Esc is ignored. */
  busy?: boolean
  /** An <ErrorMessage>: it stands under the field, and what was typed stays. */
  problem?: ReactNode
  /** Whether what the dialog says about the consequences is there. Failed: the user must accept to go on without. */
  preview?: 'ready' | 'loading' | 'failed'
  /** Why the act cannot be done whatever is typed: said at the button. */
  blocked?: string | undefined
  /** The body or a field says that already. */
  blockedIsSaid?: boolean
  /** To be filled in before the phrase. */
  fields?: ReactNode
  /** Something is in these fields, which a click outside must not lose. */
  isEdited?: boolean
  /** What happens → what is affected → what cannot be undone. */
  children: ReactNode
}

/** Asks before an act, as docs/decisions/confirmations.md has it. It is open as long as it is mounted. */
export function ConfirmDialog(props: Props) {
  const { title, action, onConfirm, onClose, phrase, danger, busy = false, problem, preview = 'ready', blocked } = props
  const { blockedIsSaid = false, fields, isEdited = false } = props
  const [typed, setTyped] = useState('')
  const [goOnWithout, setGoOnWithout] = useState(false)
  const formId = useId()

  const reason = blocked ?? whyNot()
  const mayAct = !reason && !busy

  function whyNot(): string | undefined {
    if (preview === 'loading') return 'The consequences are still being looked up.'
    if (preview === 'failed' && !goOnWithout) return 'Tick the box to continue without the preview.'
    if (phrase !== undefined && !matchesPhrase(typed, phrase)) return `Type ${phrase} to confirm.`
    return undefined
  }

  function confirm(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (mayAct) onConfirm()
    else if (!busy) focusWhatIsMissing(event.currentTarget)
  }

  /** Enter in one field leads to the next one. */
  function focusWhatIsMissing(form: HTMLFormElement) {
    const isTyped = phrase === undefined || matchesPhrase(typed, phrase)
    form.querySelector<HTMLElement>(isTyped ? '[aria-invalid]' : '[aria-invalid], .phrase + input')?.focus()
  }

  return (
    <Dialog
      className={danger ? 'danger' : 'warning'}
      title={
        <>
          <Icon of={danger ? OctagonAlert : TriangleAlert} size={20} /> {title}
        </>
      }
      onClose={onClose}
      busy={busy}
      closesOutside={typed === '' && !isEdited}
      foot={
        <form className="ui form dialog-foot" id={formId} onSubmit={confirm}>
          {preview === 'failed' && (
            <label className="check">
              <input type="checkbox" checked={goOnWithout} onChange={(event) => setGoOnWithout(event.target.checked)} />
              Continue without the preview
            </label>
          )}
          {blocked && !blockedIsSaid && <p className="note error">{blocked}</p>}
          {fields}
          {phrase !== undefined && <PhraseField phrase={phrase} typed={typed} onType={setTyped} readOnly={busy} />}
          {problem}
        </form>
      }
      actions={
        <Buttons
          action={action}
          form={formId}
          danger={danger === true}
          busy={busy}
          reason={reason}
          cancelHasFocus={phrase === undefined}
          onCancel={onClose}
        />
      }
    >
      {props.children}
    </Dialog>
  )
}

type ButtonsProps = {
  action: ReactNode
  /** The id of the form that it submits. */
  form: string
  danger: boolean
  busy: boolean
  /** Why it is off. */
  reason: string | undefined
  cancelHasFocus: boolean
  onCancel: () => void
}

function Buttons({ action, form, danger, busy, reason, cancelHasFocus, onCancel }: ButtonsProps) {
  const reasonId = useId()
  return (
    <>
      <button
        type="button"
        className="ui button"
        data-focus={cancelHasFocus || undefined}
        aria-disabled={busy}
        onClick={() => !busy && onCancel()}
      >
        Cancel
      </button>
      {/* Not `disabled`: it must keep the focus while it runs, and say why it is off. */}
      <button
        type="submit"
        form={form}
        className={`ui ${danger ? 'negative' : 'warning'} ${busy ? 'loading' : ''} button`}
        aria-disabled={busy || reason !== undefined}
        aria-busy={busy}
        aria-describedby={reason ? reasonId : undefined}
      >
        {action}
      </button>
      <span className="visually-hidden" role="status">
        {busy ? 'It is being done.' : ''}
      </span>
      {reason && (
        <span className="visually-hidden" id={reasonId}>
          {reason}
        </span>
      )}
    </>
  )
}

const NOT_THE_NAME = 'This is not the name. Names are case-sensitive.'

type PhraseProps = { phrase: string; typed: string; onType: (typed: string) => void; readOnly: boolean }

function PhraseField({ phrase, typed, onType, readOnly }: PhraseProps) {
  const [hintFor, setHintFor] = useState<string>()
  const { lost, noticing } = useLostLines()
  const id = useId()
  const differs = typed !== '' && !matchesPhrase(typed, phrase)

  // Quiet while typing: a hint after three seconds without a key, or when the field is left.
  useEffect(() => {
    const timer = setTimeout(() => setHintFor(typed), 3_000)
    return () => clearTimeout(timer)
  }, [typed])

  return (
    <div className="field">
      <label htmlFor={id} className="phrase">
        Type <b className="mono">{phrase}</b> to confirm
      </label>
      <input
        id={id}
        type="text"
        className="mono"
        data-focus
        {...noticing}
        value={typed}
        readOnly={readOnly}
        onChange={(event) => onType(event.target.value)}
        onBlur={() => setHintFor(typed)}
        aria-describedby={`${id}-hint`}
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
      />
      <p className="note" id={`${id}-hint`} role="status">
        {[typed && lost, differs && hintFor === typed && NOT_THE_NAME].filter(Boolean).join(' ')}
      </p>
    </div>
  )
}
