import { useRef } from 'react'
import { isApiError } from '#api/ApiError.ts'
import { explained } from '#api/explain.ts'
import type { OrgRef } from '#api/orgs.ts'
import { readFresh } from '#api/queryClient.ts'
import { createSecret, secretQuery } from '#api/secrets.ts'
import { type Change, useChange } from '#api/useChange.ts'
import { sendWithoutDeleted } from '#concord/deletedMeanwhile.ts'
import { warn } from '#ui/StatusMessage.tsx'
import { type Created, createdOf } from './created.ts'
import { type Draft, newSecretOf } from './draft.ts'
import { type FieldName, fieldOf } from './rules.ts'
import { lostWith, type Sent, sayCreated } from './shownOnce.ts'

export type Creation = Change<void, Draft> & {
  /** The field that the server refused, if it named one. */
  refused: FieldName | undefined
}

type Options = {
  onCreated: (created: Created) => void
  /** Some projects of the draft were deleted meanwhile. */
  onDeleted: (projects: { id: string }[]) => void
}

/** Sends the draft. A user who has left the page gets a message instead of the result. */
export function useCreation(org: OrgRef, { onCreated, onDeleted }: Options): Creation {
  const sent = useRef<Sent>({ name: '', kind: undefined, protection: 'server-key' })
  // Not the data of the change, which a cache would keep: it may have a password.
  const result = useRef<Created>()

  const create = useChange(
    async (draft: Draft) => {
      sent.current = { name: draft.name, kind: draft.kind, protection: draft.protection }
      const answer = await sendWithoutDeleted(() => createSecret(org, newSecretOf(draft)), {
        ...org,
        chosen: { projects: draft.projects },
        drop: onDeleted,
      })
      result.current = createdOf(org, draft, answer)
    },
    {
      done: (_, isHere) => {
        if (!isHere) sayCreated(sent.current)
        else if (result.current) onCreated(result.current)
        result.current = undefined
      },
      failed: (error, isHere) => {
        if (!isHere) warn(`“${sent.current.name}” may not have been created. ${explained(error)}`)
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
  const { error } = create
  return { ...create, refused: isApiError(error) ? fieldOf(error.words) : undefined }
}
