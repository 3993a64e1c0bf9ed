import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { changed, type ListState, readState, writeState } from './listState.ts'

/** Browsers limit how often a page may change its address: Safari takes 100 changes in 30 seconds. */
const PAUSE = 200

/** What the list shows. What is typed counts at once; the address follows when the typing pauses. */
export function useListState() {
  const [params, setParams] = useSearchParams()
  const inAddress = readState(params)
  const [typed, setTyped] = useState<string>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const waiting = useRef<() => void>(undefined)
  const state = typed === undefined ? inAddress : changed(inAddress, { filter: typed })

  // The address has caught up.
  if (typed !== undefined && typed === inAddress.filter) setTyped(undefined)

  // A user who has left the page must not be taken back to it.
  useEffect(() => () => clearTimeout(timer.current), [])

  const write = (next: ListState, replace: boolean) => {
    clearTimeout(timer.current)
    waiting.current = undefined
    setParams(writeState(next), { replace, preventScrollReset: true })
  }

  return {
    state,
    show: (next: ListState) => write(next, false),
    type: (filter: string) => {
      setTyped(filter)
      clearTimeout(timer.current)
      waiting.current = () => write(changed(inAddress, { filter }), true)
      timer.current = setTimeout(waiting.current, PAUSE)
    },
    /** Writes at once what is typed: a user who leaves the field may be about to follow a link. */
    settle: () => waiting.current?.(),
    clear: () => {
      setTyped(undefined)
      write(changed(state, { filter: '', chosen: {} }), false)
    },
  }
}
