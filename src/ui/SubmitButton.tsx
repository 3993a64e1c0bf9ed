import type { ReactNode } from 'react'

type Props = {
  /** What it submitted is under way: it stays focusable, and its form must ignore another try. */
  busy: boolean
  /** The id of its form, if it stands outside. */
  form?: string
  /** The act: `Create secret`. */
  children: ReactNode
}

/** The one primary button of a form. */
export const SubmitButton = ({ busy, form, children }: Props) => (
  <button type="submit" form={form} className={`ui primary ${busy ? 'loading' : ''} button`} aria-disabled={busy}>
    {children}
  </button>
)
