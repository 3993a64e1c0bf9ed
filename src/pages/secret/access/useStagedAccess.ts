import { useState } from 'react'
import { isApiError } from '#api/ApiError.ts'
import { queryClient } from '#api/queryClient.ts'
import { replaceSecretAccess, secretAccessQuery } from '#api/secrets.ts'
import type { AccessLevel, ResourceAccess, Secret } from '#api/types.ts'
import { useChange } from '#api/useChange.ts'
import { announce } from '#ui/StatusMessage.tsx'
import { differences, edit, rebase, resultOf, type Staged } from './grants.ts'

type Edit = { team: { teamId: string; teamName: string }; level: AccessLevel | undefined }

/** Grants are replaced as a whole (concord-api §9.7): what somebody else granted meanwhile must not be lost unseen. */
class AccessChanged extends Error {}

/**
 * Changes to access that wait to be saved together. They remember the grants that they were made on; `theirs` is what
 * somebody else did since, and while there is any, nothing is sent.
 */
export function useStagedAccess(
  { orgName, name: secretName }: Secret,
  access: ResourceAccess[],
  closeDialog: () => void,
) {
  const [mine, setMine] = useState<Staged>()
  const staged = mine ?? { base: access, edits: {} }
  const theirs = differences(staged.base, access)
  const query = secretAccessQuery({ orgName, secretName })

  const stage = (next: Staged) => setMine(Object.keys(next.edits).length ? next : undefined)
  const readFresh = () => queryClient.fetchQuery({ ...query, staleTime: 0 })

  function finish() {
    // What the server has now; without it the old grants would flash up until they are read again.
    queryClient.setQueryData(query.queryKey, resultOf(staged))
    setMine(undefined)
    closeDialog()
    announce(`Access to “${secretName}” changed.`)
  }

  const save = useChange(
    async () => {
      const now = await readFresh().catch((error) => {
        // Not an ApiError: the answer of a write would count as lost, but nothing was sent.
        throw isApiError(error, 'unreachable') ? new Error('The server does not answer. Nothing was sent.') : error
      })
      if (differences(staged.base, now).length) throw new AccessChanged('Somebody else changed access meanwhile.')
      await replaceSecretAccess({ orgName, secretName }, resultOf(staged))
    },
    {
      done: finish,
      found: async () => {
        if (differences(resultOf(staged), await readFresh()).length)
          return 'Access was not changed as you wanted. Your changes are still here.'
        finish()
        return 'Access was changed.'
      },
    },
  )

  return {
    staged,
    theirs,
    save,
    edit: (edits: Edit[]) => stage(edits.reduce((result, { team, level }) => edit(result, team, level), staged)),
    discard: () => {
      setMine(undefined)
      closeDialog()
      save.reset()
    },
    keepMine: () => {
      stage(rebase(staged, access))
      closeDialog()
      save.reset()
    },
  }
}
