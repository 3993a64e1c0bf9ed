import { z } from 'zod'
import type { Reader } from '../db/open.ts'
import type { OrgRow, Visibility } from '../db/schema.ts'
import { text, uuid, visibility } from '../http/jackson.ts'
import type { Form } from '../http/multipart.ts'
import { flagParameter, textParameter, uuidParameter } from '../http/parameters.ts'
import { ownerRequest, resolveOwner } from '../users/owner.ts'
import { projectFields, projectIdByName, projectIdsOf } from './projectLinks.ts'
import { base64Value, type ClearValue, formValue, typeField, typeOf, valueFields, visibilityOf } from './value.ts'

/** An update in both versions: Concord's SecretUpdateParams. Undefined means unchanged. */
export interface SecretChange {
  name: string | undefined
  visibility: Visibility | undefined
  ownerId: string | undefined
  /** The organization to move to; the id takes precedence. */
  orgId: string | undefined
  orgName: string | undefined
  /** Empty keeps the links. */
  projectIds: string[]
  /** Takes precedence over `projectIds`. */
  removeProjectLink: boolean
  value: ClearValue | undefined
  storePassword: string | undefined
  newStorePassword: string | undefined
}

/** Concord's SecretUpdateRequest, the JSON of v1 (concord-api §9.6); `id` is accepted and ignored. */
export const updateRequest = z.object({
  id: uuid.nullish(),
  name: text.nullish(),
  visibility: visibility.nullish(),
  owner: ownerRequest.nullish(),
  orgId: uuid.nullish(),
  orgName: text.nullish(),
  projectId: uuid.nullish(),
  projectName: text.nullish(),
  data: z.string().nullish(),
  storePassword: text.nullish(),
  newStorePassword: text.nullish(),
})

export type UpdateRequest = z.infer<typeof updateRequest>

/** The multipart body of v2. */
export const updateForm = {
  name: textParameter.optional(),
  type: typeField.optional(),
  ...valueFields,
  ...projectFields,
  removeProjectLink: flagParameter.optional(),
  ownerId: uuidParameter.optional(),
  orgId: uuidParameter.optional(),
  org: textParameter.optional(),
  storePassword: textParameter.optional(),
  newStorePassword: textParameter.optional(),
}

/**
 * Reads the update from a JSON body. Names are looked up in Concord's order: the project's name, then the owner, both
 * before the secret.
 */
export async function changeOfJson(db: Reader, request: UpdateRequest): Promise<SecretChange> {
  const projectIds = await projectOfJson(db, request)
  const ownerId = (await resolveOwner(db, request.owner, 'LDAP'))?.id
  return {
    name: request.name ?? undefined,
    visibility: request.visibility ?? undefined,
    ownerId,
    orgId: request.orgId ?? undefined,
    orgName: request.orgName ?? undefined,
    projectIds,
    removeProjectLink: request.projectName?.trim() === '',
    value: typeof request.data === 'string' ? base64Value(request.data) : undefined,
    storePassword: request.storePassword ?? undefined,
    newStorePassword: request.newStorePassword ?? undefined,
  }
}

/** A project's name is looked up in the organization of the body, not the path (concord-api §14, Q7). */
async function projectOfJson(db: Reader, { projectId, projectName, orgId }: UpdateRequest): Promise<string[]> {
  if (projectId) return [projectId]
  if (!projectName?.trim()) return []
  return [await projectIdByName(db, orgId ?? '', projectName)]
}

/** Reads the update from a multipart body (v2). Project names come first, so their errors come before all others. */
export async function changeOfForm(db: Reader, org: OrgRow, form: Form<typeof updateForm>): Promise<SecretChange> {
  const projectIds = await projectIdsOf(db, org, form)
  const orgId = form.uuid('orgId')
  const ownerId = form.uuid('ownerId')
  const type = typeOf(form)
  const value = type && formValue(form, type)
  return {
    name: form.text('name'),
    visibility: visibilityOf(form),
    ownerId,
    orgId,
    orgName: form.text('org'),
    projectIds,
    removeProjectLink: form.flag('removeProjectLink'),
    value,
    storePassword: form.text('storePassword'),
    newStorePassword: form.text('newStorePassword'),
  }
}
