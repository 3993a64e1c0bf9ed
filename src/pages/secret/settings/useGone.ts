import { useEffect, useId, useState } from 'react'
import { goneWords } from '#concord/deletedMeanwhile.ts'

/** What was picked in the row with this id and does not exist any more: `words` are for its picker, which gets the focus. */
export function useGone(what: Parameters<typeof goneWords>[0]) {
  const id = useId()
  const [gone, setGone] = useState<string>()
  // After the dialog has given the focus back to its opener.
  useEffect(() => {
    if (gone) document.getElementById(id)?.querySelector('input')?.focus()
  }, [id, gone])
  return { id, setGone, words: gone && goneWords(what, gone) }
}
