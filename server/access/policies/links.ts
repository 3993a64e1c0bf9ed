import { readExactJsonColumn } from '../../db/json.ts'
import type { Reader } from '../../db/open.ts'
import { javaError } from '../../errors.ts'
import { isNumber } from '../../json/numbers.ts'

export interface PolicyRow {
  id: string
  parentId: string | null
  name: string
  rules: string
}

/** The target that a policy is linked to or looked up for. */
export interface Target {
  orgId?: string | null | undefined
  projectId?: string | null | undefined
  userId?: string | null | undefined
}

export const listPolicies = (db: Reader) => db.selectFrom('policies').selectAll().orderBy('name').execute()

/** The policy that applies. */
export async function linkedPolicy(db: Reader, target: Target): Promise<PolicyRow | undefined> {
  return nearest(await readLinks(db), target)
}

type LinkedPolicy = PolicyRow & { [K in keyof Target]-?: string | null }

const readLinks = (db: Reader): Promise<LinkedPolicy[]> =>
  db
    .selectFrom('policyLinks as link')
    .innerJoin('policies', 'policies.id', 'link.policyId')
    .selectAll('policies')
    .select(['link.orgId', 'link.projectId', 'link.userId'])
    .orderBy('policies.name')
    .execute()

/** Finds the nearest policy, like PolicyDao#getLinked. */
function nearest(links: readonly LinkedPolicy[], { orgId, projectId, userId }: Target): PolicyRow | undefined {
  const linkOf = (target: Required<Target>) =>
    links.find(
      (link) => link.orgId === target.orgId && link.projectId === target.projectId && link.userId === target.userId,
    )
  const none = { orgId: null, projectId: null, userId: null }
  return (
    (userId && projectId ? linkOf({ ...none, userId, projectId }) : undefined) ??
    (userId && orgId ? linkOf({ ...none, userId, orgId }) : undefined) ??
    (userId ? linkOf({ ...none, userId }) : undefined) ??
    (projectId ? linkOf({ ...none, projectId }) : undefined) ??
    (orgId ? linkOf({ ...none, orgId }) : undefined) ??
    linkOf(none)
  )
}

type Rules = Record<string, unknown>

/**
 * Reads all policies once, to find the rules for any number of targets: returns the same object for the same policy.
 */
export async function rulesReader(db: Reader): Promise<(target: Target) => Rules | undefined> {
  const links = await readLinks(db)
  if (links.length === 0) return () => undefined
  const policies = await listPolicies(db)
  const known = new Map<string, Rules>()
  return (target) => {
    const policy = nearest(links, target)
    if (!policy) return undefined
    const rules = known.get(policy.id) ?? rulesOf(policy, policies)
    known.set(policy.id, rules)
    return rules
  }
}

/** Merges the rules of a policy with those of its parents; its own take precedence (PolicyCache#mergeRules). */
function rulesOf(policy: PolicyRow, policies: readonly PolicyRow[]): Rules {
  const all = new Map(policies.map((each) => [each.id, each]))
  let rules = readableRules(policy)
  // Stop at a parent seen before: two policies may be each other's parent.
  for (let parent = take(all, policy.parentId); parent; parent = take(all, parent.parentId)) {
    rules = merged(readableRules(parent), rules)
  }
  return rules
}

/** Invalid rules allow nothing; lists show no rules for them (`policyEntry`). */
function readableRules({ rules }: PolicyRow): Record<string, unknown> {
  const readable = readExactJsonColumn(rules)
  if (!readable) throw javaError('java.lang.IllegalArgumentException', 'The rules of a policy are damaged')
  return readable
}

function take(policies: Map<string, PolicyRow>, id: string | null): PolicyRow | undefined {
  const policy = id === null ? undefined : policies.get(id)
  if (policy) policies.delete(policy.id)
  return policy
}

/** Merges objects field by field; anything else is replaced as a whole. */
function merged(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.entries(above).map(([name, value]): [string, unknown] => {
    const under = Object.hasOwn(below, name) ? below[name] : undefined
    return [name, isObject(value) && isObject(under) ? merged(under, value) : value]
  })
  // Not by assignment, because a field may be called `__proto__`.
  return Object.fromEntries([...Object.entries(below), ...fields])
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumber(value)
