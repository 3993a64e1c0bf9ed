import type { InspectedPair } from '#keys/inspectPair.ts'
import type { KeyFacts } from '#keys/KeyFacts.ts'
import type { Content, Draft } from './draft.ts'
import type { FieldName } from './rules.ts'
import type { Warning } from './Warning.ts'

/** What each part of the form gets. */
export type FormProps = {
  draft: Draft
  change: (change: Partial<Draft>) => void
  /** The error of a field, once it may be shown. */
  errorAt: (field: FieldName) => string | undefined
  /** What the keys of a pair are. */
  inspected: InspectedPair
  warningsAt: (field: Warning['field']) => Warning[]
}

/** What a field gets for a text or a file. */
export type ContentProps = {
  content: Content
  onChange: (content: Content) => void
  error: string | undefined
  warnings: Warning[]
  /** What the key in it is. */
  facts?: KeyFacts | undefined
  /** Called with the fix of a warning. */
  onFix: (change: Partial<Draft>) => void
}
