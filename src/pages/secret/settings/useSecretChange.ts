import { useEffect, useRef } from 'react'
import { useNavigate } from 'react-router'
import { ApiError, isApiError } from '#api/ApiError.ts'
import { queryClient } from '#api/queryClient.ts'
import { type SecretRef, secretQuery } from '#api/secrets.ts'
import { serverAway } from '#api/serverAway.ts'
import type { Secret } from '#api/types.ts'
import { type Change, useChange } from '#api/useChange.ts'
import { paths } from '#paths.ts'
import { useStore } from '#store.ts'
import { announce } from '#ui/StatusMessage.tsx'
import { differences, sentence } from './differences.ts'
import { becamePublicUnasked, sayExposed } from './exposure.ts'

type Plan = {
  /** Sends the change. `now` was read a moment ago and is what the page shows. */
  send: (now: Secret) => Promise<unknown>
  /** Whether a reading from after a lost answer shows the change. Not asked for a deletion. */
  happened: (now: Secret) => boolean
  /** Where the secret is afterwards; null when it is gone. Without it: where it was. */
  after?: SecretRef | null
  /** The status message, with the verb of the button: `Secret moved to platform.` */
  said: string
  /** The change itself makes it PUBLIC, so that is no surprise. */
  makesPublic?: boolean
  /** Where to go when it is done; without it the page stays. Who may no longer open the secret gets to the list. */
  to?: () => string
  /** Done: the place to close the dialog. */
  onDone: () => void
}

/** What was seen after the change: the secret, that it is gone, that it may not be opened any more, or nothing. */
type Seen = Secret | 'gone' | 'no access' | 'not read'

/** The secret was changed by somebody else while the page was open. Nothing was sent; the dialog shows what is new. */
export class SecretChanged extends Error {
  constructor(found: string[]) {
    super(`Somebody else changed this secret meanwhile. ${sentence(found)} Nothing was sent; check and confirm again.`)
  }
}

export type SecretChange = Change<Seen, void>

/**
 * A change to a secret, made on fresh facts and looked at afterwards: all cards of the settings use this.
 *
 * Before: the secret is read again, and nothing is sent when the page showed something else (the page and the open
 * dialog then show the new state). After: it is read once more, and when it became PUBLIC though nobody asked for
 * that (concord-api Q1), that is said loudly with *Make private again*. A lost answer: reads it and says what it found.
 */
export function useSecretChange(secret: Secret, plan: Plan): SecretChange {
  const navigate = useNavigate()
  const here = refOf(secret)
  const after = plan.after === undefined ? here : plan.after

  function finish(seen: Seen) {
    plan.onDone()
    if (typeof seen === 'object' && !plan.makesPublic && becamePublicUnasked(secret, seen)) sayExposed(seen, plan.said)
    else announce(plan.said + (AFTERTHOUGHTS[String(seen)] ?? ''))
  }

  const addressFor = (seen: Seen) =>
    seen === 'no access' && after ? paths.secrets(after, { filter: after.secretName }) : plan.to?.()

  const change = useChange(
    async () => {
      const now = await readBefore(here)
      const changed = differences(secret, now)
      if (changed.length) throw new SecretChanged(changed)
      await plan.send(now)
      return after ? readAfter(after) : 'gone'
    },
    {
      done: finish,
      to: addressFor,
      found: async () => {
        const seen = await readIfThere(after ?? here)
        const happened = after === null ? seen === 'gone' : isSecret(seen, secret.id) && plan.happened(seen)
        if (happened) {
          finish(seen)
          const address = addressFor(seen)
          if (address) await navigate(address)
          return `The change was made. ${plan.said}`
        }
        const still = isSecret(seen, secret.id) ? seen : await readIfThere(here)
        if (isSecret(still, secret.id)) return 'The change was not made. You can try again.'
        if (still === 'no access') return 'It may not be opened any more, so it cannot be told what happened.'
        return `There is no such secret in ${secret.orgName} any more: it was renamed, moved or deleted.`
      },
    },
  )
  useReadingWhenBack(change.readAgain)
  return change
}

/**
 * Once the server is back every page is read again (see ServerAwayBanner), and after a rename or a deletion whose
 * answer was lost this page would turn into "not found". So it is found out at once what became of the change.
 */
function useReadingWhenBack(readAgain: SecretChange['readAgain']) {
  const isAway = useStore(serverAway) !== undefined
  const isLost = readAgain !== undefined
  const latest = useRef(readAgain)
  latest.current = readAgain
  useEffect(() => {
    if (isLost && !isAway) void latest.current?.()
  }, [isLost, isAway])
}

const AFTERTHOUGHTS: Record<string, string> = {
  'no access': ' You may no longer open it.',
  'not read': ' It could not be read again, so look at it before you rely on it.',
}

const isSecret = (seen: Seen, id: string): seen is Secret => typeof seen === 'object' && seen.id === id

export const refOf = ({ orgName, name }: Secret): SecretRef => ({ orgName, secretName: name })

/**
 * Through the cache, so that the page and the dialog show what was found. A reading that already waits for a server
 * that is away would make this one wait too (see withoutWaiting in serverAway.ts), so it is given up.
 */
async function readFresh(ref: SecretRef): Promise<Secret> {
  const query = secretQuery(ref)
  await queryClient.cancelQueries({ queryKey: query.queryKey })
  return queryClient.fetchQuery({ ...query, staleTime: 0 })
}

async function readBefore(ref: SecretRef): Promise<Secret> {
  try {
    return await readFresh(ref)
  } catch (error) {
    // Not an ApiError: the answer of a write would count as lost, but nothing was sent.
    if (isApiError(error, 'unreachable')) throw new Error('The server does not answer. Nothing was sent.')
    throw error
  }
}

/** The change was made: what cannot be read now is no failure of it. */
async function readAfter(ref: SecretRef): Promise<Seen> {
  try {
    return await readIfThere(ref)
  } catch (error) {
    if (error instanceof ApiError) return 'not read'
    throw error
  }
}

async function readIfThere(ref: SecretRef): Promise<Seen> {
  try {
    return await readFresh(ref)
  } catch (error) {
    if (isApiError(error, 'notFound')) return 'gone'
    if (isApiError(error, 'forbidden')) return 'no access'
    throw error
  }
}
