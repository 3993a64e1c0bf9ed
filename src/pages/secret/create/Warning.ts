import type { Draft } from './draft.ts'
import type { FieldName } from './rules.ts'

/** Something that will work, but perhaps not as intended. It never blocks. */
export type Warning = {
  field: FieldName | 'protection' | 'visibility'
  words: string
  /** What to run where it cannot be mended here. */
  command?: string | undefined
  /** A button that mends it, for those who did not mean it. `changes` says what it will do. */
  fix?: { label: string; change: Partial<Draft>; changes?: string } | undefined
  /** A suggestion: nothing is wrong. */
  isHint?: boolean
}
