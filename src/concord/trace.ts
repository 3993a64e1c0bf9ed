import { isApiError } from '#api/ApiError.ts'
import { auditQuery } from '#api/audit.ts'
import { queryClient } from '#api/queryClient.ts'
import { type SecretRef, secretListQuery } from '#api/secrets.ts'
import type { AuditEntry } from '#api/types.ts'
import { timeOf } from '#ui/relativeTime.ts'

/** What the log says about why a secret is no longer at its address. */
export type Clue = { entry: AuditEntry; secretId: string } & (
  | { what: 'deleted' }
  /** Where it went; the name may have changed since. */
  | { what: 'moved' | 'renamed'; to: SecretRef }
)

export type Trace = Clue & {
  /** Where it is now, as far as the caller can see. */
  now?: SecretRef
}

const object = (value: unknown) =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** The newest of the organization's entries by which a secret lost this name. `matches` decides by its details. */
export function clueIn(
  entries: AuditEntry[],
  orgName: string,
  matches: (details: Record<string, unknown>) => boolean,
): Clue | undefined {
  const newestFirst = entries
    .filter((entry) => entry.object === 'SECRET' && entry.details && matches(entry.details))
    .sort((a, b) => timeOf(b.entryDate).getTime() - timeOf(a.entryDate).getTime())
  for (const entry of newestFirst) {
    const details = object(entry.details)
    const secretId = text(details.secretId)
    const oldName = text(details.name)
    if (!secretId || !oldName) continue
    if (entry.action === 'DELETE') return { what: 'deleted', entry, secretId }
    const next = object(object(details.changes).new)
    const to = { orgName: text(next.orgName) ?? orgName, secretName: text(next.name) ?? oldName }
    if (text(next.orgName)) return { what: 'moved', entry, secretId, to }
    if (text(next.name)) return { what: 'renamed', entry, secretId, to }
  }
  return undefined
}

/** Entries of changes that end an address. Members of the organization may read them; others get an empty list. */
async function endings(orgName: string): Promise<AuditEntry[]> {
  try {
    const pages = await Promise.all(
      (['UPDATE', 'DELETE'] as const).map((action) =>
        queryClient.fetchQuery(auditQuery({ object: 'SECRET', action, orgName }, { size: 500 })),
      ),
    )
    return pages.flatMap(({ items }) => items)
  } catch (error) {
    if (isApiError(error, 'forbidden') || isApiError(error, 'rejected')) return []
    throw error
  }
}

async function nameById(orgName: string, secretId: string): Promise<string | undefined> {
  try {
    const secrets = await queryClient.fetchQuery(secretListQuery({ orgName }))
    return secrets.find(({ id }) => id === secretId)?.name
  } catch (error) {
    if (isApiError(error, 'forbidden') || isApiError(error, 'rejected')) return undefined
    throw error
  }
}

/** More moves than this are not followed: a secret that moves in circles is not worth more requests. */
const HOPS = 5

/** Returns where the secret of this name went, found by its id, which never changes; null if the log does not say. */
export async function traceSecret({ orgName, secretName }: SecretRef): Promise<Trace | null> {
  const clue = clueIn(await endings(orgName), orgName, ({ name }) => name === secretName)
  if (!clue || clue.what === 'deleted') return clue ?? null
  let place = clue.to.orgName
  for (let hop = 0; hop < HOPS; hop++) {
    const name = await nameById(place, clue.secretId)
    if (name) return { ...clue, now: { orgName: place, secretName: name } }
    const next = clueIn(await endings(place), place, ({ secretId }) => secretId === clue.secretId)
    if (!next || next.what === 'deleted' || next.to.orgName === place) return next?.what === 'deleted' ? next : clue
    place = next.to.orgName
  }
  return clue
}
