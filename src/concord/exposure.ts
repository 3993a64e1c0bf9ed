import { queryClient, readFresh } from '#api/queryClient.ts'
import { type SecretRef, secretQuery, updateSecret } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { alarm, announce } from '#ui/StatusMessage.tsx'

/** Concord's v2 update makes a secret PUBLIC when the request does not name its visibility (concord-api Q1). */
export const becamePublicUnasked = (before: Secret, now: Secret) =>
  before.visibility === 'PRIVATE' && now.visibility === 'PUBLIC'

/** Says loudly that a change has exposed the secret, and offers the way back. */
export function sayExposed({ orgName, name }: Secret, said: string) {
  alarm(
    `${said} But “${name}” became PUBLIC, which nobody asked for: every signed-in user can use it now.`,
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
    else alarm(`“${secretName}” is still PUBLIC, though the server says that it is done.`, makePrivate(ref))
  } catch (error) {
    // Whether the request arrived, or what has happened since: only another reading could tell.
    const words = error instanceof Error ? error.message : String(error)
    alarm(
      `Take it that “${secretName}” is still PUBLIC: it is not known to be private again. ${words}`,
      makePrivate(ref),
    )
  } finally {
    await queryClient.invalidateQueries()
  }
}
