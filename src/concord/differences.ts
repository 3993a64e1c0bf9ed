import type { EntityOwner, Secret } from '#api/types.ts'
import { ownerName } from './people.ts'
import { listed } from './words.ts'

/** What a dialog's words about consequences rest on. */
type Facts = Pick<Secret, 'id' | 'name' | 'orgName' | 'visibility' | 'owner' | 'projects'>

/** What became different between two readings of a secret: each a clause that says what is true now. */
export function differences(before: Facts, now: Facts): string[] {
  if (before.id !== now.id) return ['another secret has this name now']
  const found: string[] = []
  if (before.orgName !== now.orgName) found.push(`it is in ${now.orgName} now`)
  if (before.name !== now.name) found.push(`its name is ${now.name} now`)
  if (before.visibility !== now.visibility) found.push(`it is ${now.visibility} now (it was ${before.visibility})`)
  if (identity(before.owner) !== identity(now.owner)) found.push(`its owner is ${ownerName(now.owner)} now`)
  if (projectIds(before) !== projectIds(now))
    found.push(
      now.projects.length
        ? `only ${listed(now.projects.map(({ name }) => name).sort())} may use it now`
        : `every project of ${now.orgName} may use it now`,
    )
  return found
}

/** The differences as one sentence. */
export function sentence(found: string[]): string {
  const text = listed(found)
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

const identity = (owner: EntityOwner | undefined) => owner?.id ?? owner?.username

const projectIds = ({ projects }: Facts) =>
  projects
    .map(({ id }) => id)
    .sort()
    .join()
