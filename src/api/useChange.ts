import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useNavigate, useRevalidator } from 'react-router'
import { isApiError } from './ApiError.ts'
import { queryClient } from './queryClient.ts'
import { withoutWaiting } from './serverAway.ts'

type Next<Data, Variables> = {
  /** Where to go when it is done; without an answer the page stays and reads its data again. */
  to?: (data: Data, variables: Variables) => string | undefined
  /** Called when it is done, before going anywhere: the place for `announce('Secret moved.')`. */
  done?: (data: Data, variables: Variables) => void
  /**
   * After a lost answer: reads what the change was about, afresh, and returns a sentence that says what it found.
   * May itself do what `done` does, when the change turns out to have happened.
   */
  found?: () => Promise<string>
}

export type Change<Data, Variables> = {
  mutate: (variables: Variables) => void
  /** True until the page, or the next one, has the new data. */
  isPending: boolean
  error: Error | null
  data: Data | undefined
  /** Forgets error and data. */
  reset: () => void
  /** There when the answer of a write was lost: pass it to ErrorMessage, which offers it as a button. */
  readAgain: (() => Promise<void>) | undefined
  /** What `readAgain` found. */
  found: string | undefined
}

/**
 * What every change does next: nothing cached is trusted any more, and the page, or the one to go to, reads its data
 * again. What was sent is never kept: it may be a secret value. A second call while the first runs does nothing.
 *
 *     const move = useChange(() => updateSecret(ref, { orgName: target }), () => paths.secret({ … }))
 */
export function useChange<Data, Variables = void>(
  act: (variables: Variables) => Promise<Data>,
  next: Next<Data, Variables> | NonNullable<Next<Data, Variables>['to']> = {},
): Change<Data, Variables> {
  const { to, done, found: whatIsThere } = typeof next === 'function' ? { to: next } : next
  const navigate = useNavigate()
  const { revalidate } = useRevalidator()
  const [found, setFound] = useState<string>()
  // A ref, not the mutation's variables: those would stay in the cache, and they may be a secret value.
  const sent = useRef<{ variables: Variables } | undefined>(undefined)

  async function readEverything(goTo: string | undefined) {
    await queryClient.invalidateQueries({ refetchType: 'none' })
    // The page that is left must not ask again for what may be gone; the one to go to reads what it shows.
    if (goTo) return navigate(goTo)
    await revalidate()
    // What is on the screen and no loader reads.
    void queryClient.refetchQueries({ type: 'active', stale: true })
  }

  const mutation = useMutation({
    mutationFn: async () => {
      if (!sent.current) throw new Error('Nothing to send')
      const { variables } = sent.current
      try {
        const data = await withoutWaiting(() => act(variables))
        done?.(data, variables)
        await readEverything(to?.(data, variables))
        return data
      } finally {
        sent.current = undefined
      }
    },
  })

  async function readAgain() {
    setFound('Reading…')
    try {
      const sentence = whatIsThere && (await withoutWaiting(whatIsThere))
      await readEverything(undefined)
      setFound(sentence ?? 'The page was read again and shows what is there now.')
    } catch (error) {
      setFound(isApiError(error, 'unreachable') ? 'The server still does not answer.' : String(error))
    }
  }

  return {
    mutate: (variables) => {
      if (sent.current) return
      sent.current = { variables }
      setFound(undefined)
      mutation.mutate()
    },
    isPending: mutation.isPending,
    error: mutation.error,
    data: mutation.data,
    reset: () => {
      setFound(undefined)
      mutation.reset()
    },
    readAgain: isApiError(mutation.error, 'unreachable') ? readAgain : undefined,
    found,
  }
}
