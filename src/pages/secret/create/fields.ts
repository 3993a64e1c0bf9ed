import type { Content, Draft } from './draft.ts'
import type { FieldName } from './rules.ts'
import type { Warning } from './warnings.ts'

/** What each part of the form gets. */
export type FormProps = {
  draft: Draft
  change: (change: Partial<Draft>) => void
  /** The error of a field, once it may be shown. */
  errorAt: (field: FieldName) => string | undefined
  warningsAt: (field: Warning['field']) => Warning[]
}

/** What a field gets for a text or a file. */
export type ContentProps = {
  content: Content
  onChange: (content: Content) => void
  error: string | undefined
  warnings: Warning[]
  /** Called with the fix of a warning. */
  onFix: (change: Partial<Draft>) => void
}
