import type { Db } from '../db/open.ts'
import type { OrgRow } from '../db/schema.ts'
import { validationError } from '../errors.ts'
import { textParameter, uuidParameter } from '../parameters.ts'
import { type Form, listField, uuidListField } from './multipart.ts'
import { findProjectByName } from './store.ts'

export const projectFields = {
  projectIds: uuidListField.optional(),
  projects: listField.optional(),
  projectId: uuidParameter.optional(),
  project: textParameter.optional(),
}

/**
 * The projects that a form names: by ids, else by names, else by the one id or name of older clients. Ids are not looked
 * up: creation links to any project of any organization (contract §14, Q9), updates check them later.
 */
export async function projectIdsOf(db: Db, org: OrgRow, form: Form): Promise<string[]> {
  // All are read first, so that a malformed one is noticed even where another field wins.
  const ids = form.uuidList('projectIds')
  const names = form.list('projects')
  const id = form.uuid('projectId')
  const name = form.text('project')
  if (ids.length > 0) return ids
  if (names.length > 0) return Promise.all(names.map((each) => projectIdByName(db, org.id, each)))
  if (id !== undefined) return [id]
  return name === undefined ? [] : [await projectIdByName(db, org.id, name)]
}

export async function projectIdByName(db: Db, orgId: string, name: string): Promise<string> {
  const project = await findProjectByName(db, orgId, name)
  if (!project) throw validationError(`Project not found: ${name}`)
  return project.id
}
