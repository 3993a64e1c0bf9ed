import { useMutation } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useLocation, useNavigate, useNavigation, useRevalidator } from 'react-router'
import { useStore } from '../store.ts'
import { isApiError } from './ApiError.ts'
import { explained } from './explain.ts'
import { distrustReadOnce, distrustSecrets, queryClient } from './queryClient.ts'
import { session } from './sessionOver.ts'
import { unreachable } from './unreachable.ts'

export type ChangeOptions<Data> = {
  /** Where to go when it is done; without an address the page stays and reads its data again. */
  to?: (data: Data) => string | undefined
  /**
   * Called when it is done, before going anywhere: the place for `announce('Secret moved.')`. Also after the user has
   * left the page (`isHere` is false): they are not taken back then.
   */
  done?: (data: Data, isHere: boolean) => void
  /** Called when it failed. The error is shown where the change was asked for, unless the user has left that page. */
  failed?: (error: Error, isHere: boolean) => void
  /** After a lost answer: reads what the change was about, with `readFresh`, and says what became of the change. */
  checkOutcome?: () => Promise<Outcome<Data>>
  /**
   * Checks the outcome as soon as the server is back. Every page is read again then, and what was
   * changed may disappear from this page, together with the message about it.
   */
  checksWhenBack?: boolean
}

/** Whether a change with a lost answer was made, as a sentence; if so, with the data its answer would have had. */
export type Outcome<Data> = { words: string; made?: { data: Data } }

export type LostAnswer = {
  /** Reads whether the change was made. */
  check: () => Promise<void>
  /** The result of `check`, as a sentence. */
  outcome: string | undefined
}

export type Change<Data, Variables> = {
  mutate: (variables: Variables) => void
  /** True until the page, or the next one, has the new data. */
  isPending: boolean
  error: Error | null
  data: Data | undefined
  /** Forgets error and data. */
  reset: () => void
  /** There when the answer of a write was lost: pass it to ErrorMessage, which offers to check. */
  lostAnswer: LostAnswer | undefined
}

/**
 * What every change does after it was sent: nothing cached about secrets is trusted any more (see freshness.ts), and the
 * page, or the one to go to, reads its data again. What was sent is never kept: it may be a secret value. A second call
 * while the first runs does nothing.
 *
 *     const move = useChange(() => updateSecret(ref, { orgName: target }), { to: () => paths.secret({ … }) })
 */
export function useChange<Data, Variables = void>(
  send: (variables: Variables) => Promise<Data>,
  { to, done, failed, checkOutcome, checksWhenBack = false }: ChangeOptions<Data> = {},
): Change<Data, Variables> {
  const navigate = useNavigate()
  const { revalidate } = useRevalidator()
  const isHere = useIsHere()
  const [outcome, setOutcome] = useState<string>()
  // A ref, not the mutation's variables: those would stay in the cache, and they may be a secret value.
  const sent = useRef<{ variables: Variables } | undefined>(undefined)

  async function readEverything(goTo: string | undefined) {
    await distrustSecrets()
    // The page that is left must not read again what may be gone; the next page reads what it shows.
    if (goTo) return navigate(goTo)
    await revalidate()
    // Queries on the screen that no loader reads.
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
      // Another user who has signed in over the page meanwhile must not see the result.
      const isSender = () => session.get()?.username === sender
      try {
        const data = await send(variables)
        if (isSender()) await finish(data)
        return data
      } catch (error) {
        // What the page knew of the caller's rights was wrong.
        if (isApiError(error, 'forbidden')) void distrustReadOnce()
        if (isSender()) failed?.(asError(error), isHere())
        throw error
      } finally {
        sent.current = undefined
      }
    },
  })
  const isLost = isApiError(mutation.error, 'unreachable')

  async function check() {
    setOutcome('Reading…')
    try {
      const result = await checkOutcome?.()
      if (result?.made) await finish(result.made.data)
      else await readEverything(undefined)
      setOutcome(result?.words ?? 'The page was read again and shows what is there now.')
    } catch (error) {
      setOutcome(isApiError(error, 'unreachable') ? 'The server is still not responding.' : explained(asError(error)))
    }
  }
  useOnceReachable(isLost && checksWhenBack, check)

  return {
    mutate: (variables) => {
      if (sent.current) return
      sent.current = { variables }
      setOutcome(undefined)
      mutation.mutate()
    },
    isPending: mutation.isPending,
    error: mutation.error,
    data: mutation.data,
    reset: () => {
      setOutcome(undefined)
      mutation.reset()
    },
    lostAnswer: isLost ? { check, outcome } : undefined,
  }
}

/**
 * Reads what a change depends on, before it is sent. If the server is unreachable, nothing was sent, so no answer of a
 * write can be lost: the error is not an ApiError then.
 */
export async function readBefore<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (isApiError(error, 'unreachable'))
      throw new Error('The server is not responding. Nothing was sent. Send it again when it is back.')
    throw error
  }
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)))

/** Calls `act` once while `isWaiting` holds and the server is reachable. */
function useOnceReachable(isWaiting: boolean, act: () => unknown) {
  const isUnreachable = useStore(unreachable) !== undefined
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    if (isWaiting && !isUnreachable) void latest.current()
  }, [isWaiting, isUnreachable])
}

/** Whether the page that uses this is still there, and the user is not on the way out of it. */
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
