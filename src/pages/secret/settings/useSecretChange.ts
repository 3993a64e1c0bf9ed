import { useNavigate } from 'react-router'
import { ApiError, isApiError } from '#api/ApiError.ts'
import { queryClient } from '#api/queryClient.ts'
import { type SecretRef, secretQuery } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { type Change, useChange } from '#api/useChange.ts'
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
  /**
   * Where to go when it is done; the page stays when there is no answer. `now` is what was read then, missing when
   * it is gone or the caller may no longer open it.
   */
  to?: (now: Secret | undefined) => string | undefined
  /** Done: the place to close the dialog. */
  onDone: (now: Secret | undefined) => void
}

/** The secret was changed by somebody else while the page was open. Nothing was sent; the dialog shows what is new. */
export class SecretChanged extends Error {
  constructor(found: string[]) {
    super(`Somebody else changed this secret meanwhile. ${sentence(found)} Nothing was sent; check and confirm again.`)
  }
}

export type SecretChange = Change<Secret | undefined, void>

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

  function finish(now: Secret | undefined) {
    plan.onDone(now)
    if (now && !plan.makesPublic && becamePublicUnasked(secret, now)) sayExposed(now, plan.said)
    else announce(plan.said)
  }

  return useChange(
    async () => {
      const now = await readBefore(here)
      const changed = differences(secret, now)
      if (changed.length) throw new SecretChanged(changed)
      await plan.send(now)
      return after ? readAfter(after) : undefined
    },
    {
      done: finish,
      to: (now) => plan.to?.(now),
      found: async () => {
        const now = await readIfThere(after ?? here)
        if (after === null ? !now : now?.id === secret.id && plan.happened(now)) {
          finish(now)
          const address = plan.to?.(now)
          if (address) await navigate(address)
          return `The change was made. ${plan.said}`
        }
        const still = now?.id === secret.id ? now : await readIfThere(here)
        if (still?.id === secret.id) return 'The change was not made. You can try again.'
        return `There is no such secret in ${secret.orgName} any more: it was renamed, moved or deleted.`
      },
    },
  )
}

export const refOf = ({ orgName, name }: Secret): SecretRef => ({ orgName, secretName: name })

/** Through the cache, so that the page and the dialog show what was found. */
const readFresh = (ref: SecretRef) => queryClient.fetchQuery({ ...secretQuery(ref), staleTime: 0 })

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
async function readAfter(ref: SecretRef): Promise<Secret | undefined> {
  try {
    return await readFresh(ref)
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}

async function readIfThere(ref: SecretRef): Promise<Secret | undefined> {
  try {
    return await readFresh(ref)
  } catch (error) {
    if (isApiError(error, 'notFound')) return undefined
    throw error
  }
}
