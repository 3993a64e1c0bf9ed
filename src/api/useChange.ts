import { useMutation } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useLocation, useNavigate, useNavigation, useRevalidator } from 'react-router'
import { isApiError } from './ApiError.ts'
import { queryClient } from './queryClient.ts'
import { withoutWaiting } from './serverAway.ts'
import { session } from './sessionOver.ts'

type Next<Data> = {
  /** Where to go when it is done; without an answer the page stays and reads its data again. */
  to?: (data: Data) => string | undefined
  /**
   * Called when it is done, before going anywhere: the place for `announce('Secret moved.')`. Also after somebody has
   * left the page meanwhile (`isHere` is false): nobody is called back then.
   */
  done?: (data: Data, isHere: boolean) => void
  /** Called when it failed. The error is shown where the change was asked for, unless somebody has left that page. */
  failed?: (error: Error, isHere: boolean) => void
  /** After a lost answer: reads what the change was about, afresh. */
  found?: () => Promise<Found<Data>>
}

/** A sentence that says what was found, and, when that is the change, what its answer would have been. */
export type Found<Data> = { words: string; happened?: { data: Data } }

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
 *     const move = useChange(() => updateSecret(ref, { orgName: target }), { to: () => paths.secret({ … }) })
 */
export function useChange<Data, Variables = void>(
  act: (variables: Variables) => Promise<Data>,
  { to, done, failed, found: whatIsThere }: Next<Data> = {},
): Change<Data, Variables> {
  const navigate = useNavigate()
  const { revalidate } = useRevalidator()
  const isHere = useIsHere()
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

  async function finish(data: Data) {
    // Asked first: `done` may close the dialog that this belongs to.
    const here = isHere()
    done?.(data, here)
    await readEverything(here ? to?.(data) : undefined)
  }

  const mutation = useMutation({
    mutationFn: async () => {
      if (!sent.current) throw new Error('Nothing to send')
      const { variables } = sent.current
      const sender = session.get()?.username
      // Whoever has signed in over the page meanwhile is not told what somebody else did, or failed to do.
      const isSender = () => session.get()?.username === sender
      try {
        const data = await withoutWaiting(() => act(variables))
        if (isSender()) await finish(data)
        return data
      } catch (error) {
        if (isSender()) failed?.(asError(error), isHere())
        throw error
      } finally {
        sent.current = undefined
      }
    },
  })

  async function readAgain() {
    setFound('Reading…')
    try {
      const answer = whatIsThere && (await withoutWaiting(whatIsThere))
      if (answer?.happened) await finish(answer.happened.data)
      else await readEverything(undefined)
      setFound(answer?.words ?? 'The page was read again and shows what is there now.')
    } catch (error) {
      setFound(isApiError(error, 'unreachable') ? 'The server still does not answer.' : asError(error).message)
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

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)))

/** Whether the page that uses this is still there, and nobody is on the way out of it. */
function useIsHere() {
  const isMounted = useRef(false)
  useEffect(() => {
    isMounted.current = true
    return () => {
      isMounted.current = false
    }
  }, [])
  const { pathname } = useLocation()
  const next = useNavigation().location?.pathname
  const isLeaving = useRef(false)
  isLeaving.current = next !== undefined && next !== pathname
  return useCallback(() => isMounted.current && !isLeaving.current, [])
}
