import type { Fix } from '#keys/Inspection.ts'
import type { InspectedPair } from '#keys/inspectPair.ts'
import { type Draft, withText } from './draft.ts'
import type { Warning } from './Warning.ts'

/** What src/keys says about the two keys. An error is shown as one: only its fix is here. */
export function keyWarnings(draft: Draft, inspected: InspectedPair): Warning[] {
  return (['publicKey', 'privateKey'] as const).flatMap((field) =>
    (inspected[field]?.remarks ?? []).flatMap(({ tone, words, command, fix }): Warning[] => {
      const isError = tone === 'error'
      if (isError && !fix) return []
      return [
        {
          field,
          words: isError ? '' : words,
          command,
          isHint: isError || tone === 'hint',
          fix: fix && { label: fix.label, changes: fix.changes.join(', '), change: changeOf(draft, fix) },
        },
      ]
    }),
  )
}

function changeOf(draft: Draft, fix: Fix): Partial<Draft> {
  if ('swap' in fix) return { publicKey: draft.privateKey, privateKey: draft.publicKey }
  // What is mended has line feeds, whatever was pasted.
  return { [fix.slot]: { ...withText(draft[fix.slot], fix.text), lineEnds: 'LF' } }
}
