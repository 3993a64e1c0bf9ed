import { queryClient } from '#api/queryClient.ts'
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
  try {
    await updateSecret(ref, { visibility: 'PRIVATE' })
    const now = await queryClient.fetchQuery({ ...secretQuery(ref), staleTime: 0 })
    if (now.visibility === 'PUBLIC') throw new Error('The server says it is done, but the secret is still PUBLIC.')
    announce(`“${ref.secretName}” is private again.`)
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    alarm(`“${ref.secretName}” could not be made private, so it is still PUBLIC. ${words}`, makePrivate(ref))
  } finally {
    await queryClient.invalidateQueries()
  }
}
