import { ApiError, isApiError } from '#api/ApiError.ts'
import { readFresh } from '#api/queryClient.ts'
import { type SecretRef, secretQuery } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { type Change, readBefore, useChange } from '#api/useChange.ts'
import { differences, sentence } from '#concord/differences.ts'
import { becamePublicUnasked, sayExposed } from '#concord/exposure.ts'
import { paths } from '#paths.ts'
import { announce, warn } from '#ui/StatusMessage.tsx'

type SecretChangeOptions = {
  /** Sends the change. `now` was read a moment ago and is what the page shows. */
  send: (now: Secret) => Promise<unknown>
  /** Whether the secret, read after a lost answer, shows that the change was made. Not asked for a deletion. */
  isMade: (now: Secret) => boolean
  /** Where the secret is afterwards; null when it is gone. Without it: where it was. */
  after?: SecretRef | null
  /** The status message, with the verb of the button: `Secret moved to platform.` */
  doneWords: string
  /** Our sentence when it failed: `git-key was not moved.` */
  failedWords: string
  /** Called when it failed: something may have changed since it was looked up. */
  failed?: () => void
  /** The change itself makes it PUBLIC, so that is no surprise. */
  makesPublic?: boolean
  /** Where to go when it is done; without it the page stays. Who may no longer open the secret gets to the list. */
  to?: () => string
  /** Called when it is done: the place to close the dialog. */
  done: () => void
}

/** What was seen after the change: the secret, that it is gone, that it may not be opened any more, or nothing. */
type Seen = Secret | 'gone' | 'no access' | 'not read'

/** The secret was changed by somebody else while the page was open. Nothing was sent; the dialog shows what is new. */
export class SecretChanged extends Error {
  constructor(changed: string[]) {
    super(
      `Somebody else changed this secret meanwhile. ${sentence(changed)} Nothing was sent; check and confirm again.`,
    )
  }
}

export type SecretChange = Change<Seen, void> & Pick<SecretChangeOptions, 'failedWords'>

/**
 * A change to a secret, made on fresh facts and looked at afterwards: all cards of the settings use this.
 *
 * Before: the secret is read again, and nothing is sent when the page showed something else (the page and the open
 * dialog then show the new state). After: it is read once more, and when it became PUBLIC though nobody asked for
 * that (concord-api Q1), that is said loudly with *Make private again*. A lost answer: reads it and says what it found.
 */
export function useSecretChange(secret: Secret, options: SecretChangeOptions): SecretChange {
  const here = refOf(secret)
  const after = options.after === undefined ? here : options.after

  function finish(seen: Seen) {
    options.done()
    if (typeof seen === 'object' && !options.makesPublic && becamePublicUnasked(secret, seen))
      sayExposed(seen, options.doneWords)
    else announce(options.doneWords + (AFTERTHOUGHTS[String(seen)] ?? ''))
  }

  const change = useChange(
    async () => {
      const now = await readBefore(() => readFresh(secretQuery(here)))
      const changed = differences(secret, now)
      if (changed.length) throw new SecretChanged(changed)
      await options.send(now)
      return after ? readAfter(after) : 'gone'
    },
    {
      done: finish,
      failed: (error, isHere) => {
        options.failed?.()
        if (isHere) return
        // The dialog is gone that would say it.
        const isLost = isApiError(error, 'unreachable')
        warn(
          isLost
            ? `Nobody knows whether this was done: “${options.doneWords}” The answer was lost.`
            : `${options.failedWords} ${error.message}`,
        )
      },
      to: (seen) =>
        seen === 'no access' && after ? paths.secrets(after, { filter: after.secretName }) : options.to?.(),
      checksWhenBack: true,
      checkOutcome: async () => {
        const seen = await readIfThere(after ?? here)
        const isMade = after === null ? seen === 'gone' : isSecret(seen, secret.id) && options.isMade(seen)
        if (isMade) return { words: `The change was made. ${options.doneWords}`, made: { data: seen } }
        const still = isSecret(seen, secret.id) ? seen : await readIfThere(here)
        return { words: whatIsThere(still, secret) }
      },
    },
  )
  return { ...change, failedWords: options.failedWords }
}

function whatIsThere(still: Seen, { id, orgName }: Secret) {
  if (isSecret(still, id)) return 'The change was not made. You can try again.'
  if (still === 'no access') return 'It may not be opened any more, so it cannot be told what happened.'
  return `There is no such secret in ${orgName} any more: it was renamed, moved or deleted.`
}

const AFTERTHOUGHTS: Record<string, string> = {
  'no access': ' You may no longer open it.',
  'not read': ' It could not be read again, so look at it before you rely on it.',
}

const isSecret = (seen: Seen, id: string): seen is Secret => typeof seen === 'object' && seen.id === id

export const refOf = ({ orgName, name }: Secret): SecretRef => ({ orgName, secretName: name })

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
    return await readFresh(secretQuery(ref))
  } catch (error) {
    if (isApiError(error, 'notFound')) return 'gone'
    if (isApiError(error, 'forbidden')) return 'no access'
    throw error
  }
}
