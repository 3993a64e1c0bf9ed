import { isApiError } from '#api/ApiError.ts'
import type { OrgRef } from '#api/orgs.ts'
import { projectListQuery } from '#api/projects.ts'
import { queryClient, readFresh } from '#api/queryClient.ts'
import { teamListQuery } from '#api/teams.ts'
import { listed } from '#ui/words.ts'

type Chosen = { id: string; name: string }

/** In the words of Concord 2.44, or of the database of older ones (`violates foreign key constraint …`). */
const MISSING = /(Project|Team) not found|ConstraintViolation|secret_team_access|foreign key constraint/

type Form = OrgRef & {
  /** What the form refers to. */
  chosen: { projects: Chosen[] } | { teams: Chosen[] }
  /** Takes out of the form what was deleted. */
  drop: (deleted: Chosen[]) => void
}

/**
 * Sends a form. If that fails because something chosen does not exist, reads what there is, drops what was deleted, and
 * rejects with its names: the rest stays, and can be sent.
 */
export async function sendWithoutDeleted<T>(send: () => Promise<T>, { orgName, chosen, drop }: Form): Promise<T> {
  try {
    return await send()
  } catch (error) {
    // Concord looks for the projects of an update, but leaves those of a creation to its database.
    if (!isApiError(error) || !MISSING.test(error.words)) throw error
    const [before, now] =
      'projects' in chosen
        ? [chosen.projects, await readFresh(projectListQuery({ orgName }))]
        : [chosen.teams, await readFresh(teamListQuery({ orgName }))]
    const deleted = before.filter(({ id }) => !now.some((one) => one.id === id))
    if (deleted.length === 0) throw error
    drop(deleted)
    // The lists of the pickers, which are parts of it.
    void queryClient.invalidateQueries({ queryKey: ['projects', orgName] })
    throw new Error(deletedWords('projects' in chosen ? 'project' : 'team', deleted))
  }
}

function deletedWords(what: string, deleted: Chosen[]) {
  const names = listed(deleted.map(({ name }) => `“${name}”`))
  return deleted.length === 1
    ? `The ${what} ${names} was deleted, and is taken out. The rest is still here: send it again.`
    : `The ${what}s ${names} were deleted, and are taken out. The rest is still here: send it again.`
}

type Picked = 'organization' | 'user'

/** Whether a request failed because what was picked for it does not exist any more. */
export const isGone = (what: Picked, error: Error | null) =>
  isApiError(error) && new RegExp(`\\b${what} not found`, 'i').test(error.words)

/** At the picker, which is empty then. */
export const goneWords = (what: Picked, name: string) => `There is no ${what} “${name}” any more. Choose another one.`
