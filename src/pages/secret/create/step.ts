import type { Draft } from './draft.ts'
import type { FieldName } from './rules.ts'
import type { Warning } from './warnings.ts'

/** What each step of the wizard gets. */
export type StepProps = {
  draft: Draft
  change: (change: Partial<Draft>) => void
  /** The error of a field, once it may be shown. */
  errorAt: (field: FieldName) => string | undefined
  warningsAt: (field: Warning['field']) => Warning[]
}
