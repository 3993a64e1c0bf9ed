import { useState } from 'react'
import { ApiError, isApiError } from '#api/ApiError.ts'
import { explained } from '#api/explain.ts'
import { distrustSecrets, readFresh } from '#api/queryClient.ts'
import { refOf, type SecretRef, secretQuery, updateSecret } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { readBefore, useChange } from '#api/useChange.ts'
import { differences } from '#concord/words.ts'
import { paths } from '#paths.ts'
import { alarm, announce, warn } from '#ui/StatusMessage.tsx'
import type { SecretChange } from '../parts/ConfirmSecretChange.tsx'

type Options = {
  /** Sends the change. `now` was read a moment ago and is what the page shows. */
  send: (now: Secret) => Promise<unknown>
  /** Whether the secret, read after a lost answer, shows that the change was made. Not asked for a deletion. */
  isMade: (now: Secret) => boolean
  /** Where the secret is afterwards; null when it is gone. Without it: where it was. */
  after?: SecretRef | null
  /** The status message, with the verb of the button: `Moved git-key to platform.` */
  doneWords: string
  /** Our sentence when it failed: `git-key was not moved.` */
  failedWords: string
  /** Called when it failed: something may have changed since it was looked up. */
  failed?: (error: Error) => void
  /** The change itself makes it PUBLIC, so that is no surprise. */
  makesPublic?: boolean
  /**
   * Where to go when it is done; without it the page stays. A user who may no longer open the secret gets to the list.
   */
  to?: () => string
  /** Called when it is done: the place to close the dialog. */
  done: () => void
}

/** What was seen after the change: the secret, that it is gone, that it may not be opened any more, or nothing. */
type Seen = Secret | 'gone' | 'no access' | 'not read'

/** Nothing was sent: the dialog shows what somebody else has changed and must be confirmed again. */
class SecretChanged extends Error {}

/**
 * A change to a secret; every card of the settings uses it.
 *
 * Before: reads the secret again, and sends nothing when it differs from what the page showed (the page and the dialog
 * then show the new state). After: reads it once more; if it became PUBLIC unasked (concord-api Q1), says so with *Make
 * private again*. After a lost answer: reads it and says whether the change was made.
 */
export function useSecretChange(secret: Secret, options: Options): SecretChange {
  const here = refOf(secret)
  const after = options.after === undefined ? here : options.after
  const [opened] = useState(secret)

  const change = useChange(
    async () => {
      const now = await readBefore(() => readFresh(secretQuery(here)))
      const changed = differences(secret, now)
      if (changed)
        throw new SecretChanged(`Somebody else has changed this secret in the meantime. ${changed} Nothing was sent.`)
      await options.send(now)
      return after ? readAfter(after) : 'gone'
    },
    {
      done: (seen) => {
        options.done()
        if (isSecret(seen) && !options.makesPublic && secret.visibility === 'PRIVATE' && seen.visibility === 'PUBLIC')
          sayExposed(seen, options.doneWords)
        else announce(options.doneWords + afterthought(seen))
      },
      failed: (error, isHere) => {
        options.failed?.(error)
        // Otherwise the dialog says it.
        if (!isHere)
          warn(
            isApiError(error, 'unreachable')
              ? `The answer was lost. Check whether this was done: “${options.doneWords}”`
              : `${options.failedWords} ${explained(error)}`,
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
        return { words: notMadeWords(still, secret) }
      },
    },
  )
  return {
    ...change,
    error: change.error instanceof SecretChanged ? null : change.error,
    failedWords: options.failedWords,
    changedMeanwhile: change.isPending ? undefined : differences(opened, secret),
  }
}

function notMadeWords(still: Seen, { id, orgName }: Secret) {
  if (isSecret(still, id)) return 'The change was not made. You can try again.'
  if (still === 'no access') return 'You can no longer open the secret, so it is not known whether the change was made.'
  return `There is no such secret in ${orgName} any more: it was renamed, moved or deleted.`
}

function afterthought(seen: Seen) {
  if (seen === 'no access') return ' You may no longer open it.'
  return seen === 'not read' ? ' It could not be read again, so look at it before you rely on it.' : ''
}

const isSecret = (seen: Seen, id?: string): seen is Secret =>
  typeof seen === 'object' && (id === undefined || seen.id === id)

/** The change was made: that the secret cannot be read now does not mean that it failed. */
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

/** Says loudly that a change has exposed the secret, and offers to make it private again. */
function sayExposed({ orgName, name }: Secret, doneWords: string) {
  alarm(
    `${doneWords} But “${name}” became public: every signed-in user can use it now.`,
    makePrivate({ orgName, secretName: name }),
  )
}

const makePrivate = (ref: SecretRef) => ({ label: 'Make private again', onAct: () => void makePrivateAgain(ref) })

async function makePrivateAgain(ref: SecretRef) {
  const { secretName } = ref
  try {
    await updateSecret(ref, { visibility: 'PRIVATE' })
    const now = await readFresh(secretQuery(ref))
    if (now.visibility === 'PRIVATE') announce(`“${secretName}” is private again.`)
    else alarm(`“${secretName}” is still public, though the server reported success.`, makePrivate(ref))
  } catch (error) {
    // Whether the request arrived, or what has happened since, is not known.
    const words = error instanceof Error ? explained(error) : String(error)
    alarm(`“${secretName}” may still be public. ${words}`, makePrivate(ref))
  } finally {
    await distrustSecrets('active')
  }
}
