import type { Reader } from '../db/open.ts'
import type { OrgRow } from '../db/schema.ts'
import { validationError } from '../errors.ts'
import { type Form, listField, uuidListField } from '../http/multipart.ts'
import { textParameter, uuidParameter } from '../http/parameters.ts'
import { findProjectsByName } from './store.ts'

export const projectFields = {
  projectIds: uuidListField.optional(),
  projects: listField.optional(),
  projectId: uuidParameter.optional(),
  project: textParameter.optional(),
}

/**
 * The projects in a form: by ids, else by names, else by the single id or name of older clients. Ids are not looked up:
 * creation can link to any project of any organization (concord-api §14, Q9), updates check them later.
 */
export async function projectIdsOf(db: Reader, org: OrgRow, form: Form<typeof projectFields>): Promise<string[]> {
  // Reads all of them first, so that a malformed one is an error even if another field takes precedence.
  const ids = form.uuidList('projectIds')
  const names = form.list('projects')
  const id = form.uuid('projectId')
  const name = form.text('project')
  if (ids.length > 0) return [...new Set(ids)]
  if (names.length > 0) return projectIdsByName(db, org.id, names)
  if (id !== undefined) return [id]
  return name === undefined ? [] : [await projectIdByName(db, org.id, name)]
}

export async function projectIdByName(db: Reader, orgId: string, name: string): Promise<string> {
  const [id = ''] = await projectIdsByName(db, orgId, [name])
  return id
}

/** Each project once, in the order of the names. Throws Concord's 400 for the first unknown name. */
async function projectIdsByName(db: Reader, orgId: string, names: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(names)]
  const found = new Map((await findProjectsByName(db, orgId, wanted)).map(({ id, name }) => [name, id]))
  return wanted.map((name) => {
    const id = found.get(name)
    if (id === undefined) throw validationError(`Project not found: ${name}`)
    return id
  })
}
