import { CircleAlert } from 'lucide-react'
import { type FormEvent, type InputHTMLAttributes, type ReactNode, useId, useState } from 'react'
import { Icon } from './Icon.tsx'
import { useLostLines } from './useLostLines.ts'

/** What a control needs to belong to its label, help and error. */
export type ControlProps = ReturnType<typeof useLostLines>['noticing'] & {
  id: string
  'aria-describedby'?: string
  'aria-invalid'?: true
  onInvalid: (event: FormEvent<Verifiable>) => void
  onBlur: (event: FormEvent<Verifiable>) => void
}
type Verifiable = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, 'children'> & {
  label: ReactNode
  help?: ReactNode
  /** The server's answer, or ours. The browser's verdict (`required`, `pattern` …) shows by itself. */
  error?: ReactNode
  /** What `pattern` means, in words: shown when it does not match. */
  patternMeaning?: string
  /** For anything but a plain input: <Field label="Key">{(control) => <textarea name="key" {...control} />}</Field> */
  children?: (control: ControlProps) => ReactNode
}

/** A label, a control, and below it the help or, in its place, the error. Says when a one-line input joins lines. */
export function Field({ label, help, error, patternMeaning, children, className, ...input }: Props) {
  const [verdict, setVerdict] = useState('')
  const { lost, noticing } = useLostLines()
  const id = useId()
  const shown = error || verdict

  const judge = (control: Verifiable) =>
    setVerdict(control.validity.patternMismatch && patternMeaning ? patternMeaning : control.validationMessage)

  const control: ControlProps = {
    id,
    ...((shown || help) && { 'aria-describedby': `${id}-note` }),
    ...(shown && { 'aria-invalid': true }),
    onInvalid: (event) => {
      // Our text instead of the browser's bubble; then the focus is ours to set too.
      event.preventDefault()
      judge(event.currentTarget)
      const { form } = event.currentTarget
      const firstInvalid = form?.querySelector('input:invalid, textarea:invalid, select:invalid')
      if (firstInvalid === event.currentTarget) event.currentTarget.focus()
    },
    // An empty field that was only passed through is not wrong yet.
    onBlur: (event) => event.currentTarget.value !== '' && judge(event.currentTarget),
    ...noticing,
    onInput: (event) => {
      if (verdict !== '') judge(event.currentTarget)
      noticing.onInput(event)
    },
  }

  return (
    <div className={`field ${shown ? 'error' : ''} ${className ?? ''}`}>
      <label htmlFor={id}>{label}</label>
      {children ? children(control) : <input type="text" {...input} {...mergeHandlers(control, input)} />}
      {shown ? (
        <p className="note error" id={`${id}-note`} role="alert">
          <Icon of={CircleAlert} size={14} /> {shown}
        </p>
      ) : (
        help && (
          <p className="note" id={`${id}-note`}>
            {help}
          </p>
        )
      )}
      {lost && (
        <p className="note warning" role="status">
          {lost}
        </p>
      )}
    </div>
  )
}

function mergeHandlers(control: ControlProps, input: InputHTMLAttributes<HTMLInputElement>) {
  return {
    ...control,
    onBlur: (event: React.FocusEvent<HTMLInputElement>) => {
      control.onBlur(event)
      input.onBlur?.(event)
    },
    onInput: (event: React.FormEvent<HTMLInputElement>) => {
      control.onInput(event)
      input.onInput?.(event as never)
    },
  }
}
