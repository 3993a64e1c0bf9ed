import type { Slot } from '#keys/Inspection.ts'
import type { InspectedPair } from '#keys/inspectPair.ts'

/** What keeps a key from being sent. */
export const keyError = (inspected: InspectedPair, field: Slot) =>
  inspected[field]?.remarks.find(({ tone }) => tone === 'error')?.words
