import { useState } from 'react'
import { explained } from '#api/explain.ts'
import { queryClient, readFresh } from '#api/queryClient.ts'
import { replaceSecretAccess, secretAccessQuery } from '#api/secrets.ts'
import type { AccessLevel, ResourceAccess, Secret } from '#api/types.ts'
import { readBefore, useChange } from '#api/useChange.ts'
import { sendWithoutDeleted } from '#concord/deletedMeanwhile.ts'
import { announce, warn } from '#ui/StatusMessage.tsx'
import { listed } from '#ui/words.ts'
import { addedTeams, differences, edit, rebase, resultOf, type Staged, withoutTeams } from './grants.ts'

type Edit = { team: { teamId: string; teamName: string }; level: AccessLevel | undefined }

/**
 * Grants are replaced as a whole (concord-api §9.7): what somebody else granted meanwhile must not be overwritten
 * unseen.
 */
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
  const query = secretAccessQuery({ orgName, secretName })
  const isWanted = (now: ResourceAccess[]) => differences(resultOf(staged), now).length === 0
  // If access is already as wanted, there is nothing to decide: most likely the change with the lost answer was made.
  const theirs = isWanted(access) ? [] : differences(staged.base, access)

  const stage = (next: Staged) => setMine(Object.keys(next.edits).length ? next : undefined)
  const readGrants = () => readFresh(query)

  const save = useChange(
    async () => {
      const now = await readBefore(readGrants)
      if (isWanted(now)) return
      if (differences(staged.base, now).length)
        throw new AccessChanged('Somebody else has changed access in the meantime.')
      await sendWithoutDeleted(() => replaceSecretAccess({ orgName, secretName }, resultOf(staged)), {
        orgName,
        chosen: { teams: addedTeams(staged) },
        drop(deleted) {
          const rest = withoutTeams(staged, deleted)
          stage(rest)
          if (Object.keys(rest.edits).length > 0) return
          closeDialog()
          warn(`Nothing is left to save. Deleted meanwhile: ${listed(deleted.map(({ name }) => `“${name}”`))}.`)
        },
      })
    },
    {
      done: () => {
        // What the server has now; without it the old grants would flash up until they are read again.
        queryClient.setQueryData(query.queryKey, resultOf(staged))
        setMine(undefined)
        closeDialog()
        announce(`Access to “${secretName}” changed.`)
      },
      failed: (error, isHere) => {
        if (!isHere) warn(`Access to “${secretName}” may not have changed. ${explained(error)}`)
      },
      checksWhenBack: true,
      checkOutcome: async () =>
        isWanted(await readGrants())
          ? { words: 'Access was changed.', made: { data: undefined } }
          : { words: 'Access was not changed as you wanted. Your changes are still here.' },
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
