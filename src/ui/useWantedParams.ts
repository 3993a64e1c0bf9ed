import { useEffect, useRef, useState } from 'react'
import { useNavigation, useSearchParams } from 'react-router'

/**
 * The parameters of the address, or of the navigation under way: a choice must not snap back while the loader waits,
 * and the next choice must not undo it. Another choice starts at the first page again.
 */
export function useWantedParams() {
  const [params, setParams] = useSearchParams()
  const { state } = useNavigation()
  const [wanted, setWanted] = useState(params)
  // A delayed change may come from before the last one was rendered.
  const latest = useRef(params)

  useEffect(() => {
    if (state !== 'idle') return
    latest.current = params
    setWanted(params)
  }, [state, params])

  function want(change: (params: URLSearchParams) => void, { replace = false } = {}) {
    const next = new URLSearchParams(latest.current)
    next.delete('page')
    change(next)
    latest.current = next
    setWanted(next)
    setParams(next, { replace, preventScrollReset: true })
  }

  return [wanted, want] as const
}

/** Sets a parameter, or removes it if the value is empty. */
export function setOrDelete(params: URLSearchParams, name: string, value: string) {
  if (value) params.set(name, value)
  else params.delete(name)
}
