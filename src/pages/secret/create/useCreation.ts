import { useRef } from 'react'
import { useNavigate } from 'react-router'
import { isApiError } from '#api/ApiError.ts'
import type { OrgRef } from '#api/orgs.ts'
import { readFresh } from '#api/queryClient.ts'
import { createSecret, secretQuery } from '#api/secrets.ts'
import type { SecretCreated } from '#api/types.ts'
import { type Change, useChange } from '#api/useChange.ts'
import { paths } from '#paths.ts'
import { warn } from '#ui/StatusMessage.tsx'
import { type Draft, newSecretOf } from './draft.ts'
import type { Created } from './Result.tsx'
import { type FieldName, placeOf, type Step } from './rules.ts'
import { lostWith, type Sent, sayCreated } from './shownOnce.ts'

export type Creation = Change<void, Draft> & {
  /** The field that the server refused, if it named one. */
  refused: { step: Step; field: FieldName } | undefined
}

type Options = {
  /** Called with the answer; the page shows it once its address has changed. */
  onCreated: (created: Created) => void
  onDone: () => void
}

/** Sends the draft and goes to the result or to the rejected field. A user who has left the page gets a message. */
export function useCreation(org: OrgRef, { onCreated, onDone }: Options): Creation {
  const navigate = useNavigate()
  const sent = useRef<Sent>({ name: '', kind: undefined, protection: 'server-key' })

  const create = useChange(
    async (draft: Draft) => {
      sent.current = { name: draft.name, kind: draft.kind, protection: draft.protection }
      const answer = await createSecret(org, newSecretOf(draft))
      const secret = { orgName: org.orgName, secretName: draft.name }
      onCreated({ secret, once: onceOf(draft, answer), wasShown: false })
    },
    {
      to: () => paths.newSecret(org, { step: 'result' }),
      done: (_, isHere) => {
        if (isHere) onDone()
        else sayCreated(sent.current)
      },
      failed: (error, isHere) => {
        if (!isHere) return warn(`“${sent.current.name}” may not have been created. ${error.message}`)
        const place = refusedBy(error)
        if (place) void navigate(paths.newSecret(org, { step: place.step }))
      },
      checkOutcome: async () => {
        try {
          await readFresh(secretQuery({ orgName: org.orgName, secretName: sent.current.name }))
        } catch (error) {
          if (isApiError(error, 'notFound')) return { words: 'It was not created: you can send it again.' }
          if (!isApiError(error, 'forbidden')) throw error
        }
        return { words: lostWith(sent.current) }
      },
    },
  )
  return { ...create, refused: refusedBy(create.error) }
}

const refusedBy = (error: Error | null) => (isApiError(error) ? placeOf(error.words) : undefined)

/**
 * What can never be read again, or not as easily. Concord also sends back what the caller gave it (concord-api §14,
 * Q19).
 */
function onceOf(draft: Draft, { password, publicKey }: SecretCreated): Created['once'] {
  return {
    ...(draft.protection === 'generated-password' && password && { password }),
    ...(draft.kind === 'new-key-pair' && publicKey && { publicKey }),
  }
}
