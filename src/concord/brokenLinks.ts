import type { Secret } from '#api/types.ts'
import { includes, scopeOf } from './scope.ts'
import type { Usage, Use } from './usage.ts'

type Linked = Pick<Secret, 'encryptedBy' | 'projects' | 'orgName'>
type Project = Pick<Use, 'orgName' | 'projectName'>

const STORE_PASSWORD = 'A repository cannot use a secret with a store password.'

/**
 * Why a repository cannot fetch with the secret that it is linked to; undefined if it can. Nobody types a store password
 * for a repository (concord-api §9.9), and a limit to projects holds for repositories too.
 */
export function whyBroken(secret: Linked, { orgName, projectName }: Project): string | undefined {
  if (secret.encryptedBy === 'PASSWORD') return STORE_PASSWORD
  const scope = scopeOf(secret)
  if (scope && (orgName !== secret.orgName || !includes(scope, projectName)))
    return 'The secret is limited to other projects.'
  return undefined
}

export type Links = {
  /** Those that can fetch with it, as far as they have a name, and how many these are. */
  working: Use[]
  workingTotal: number
  /** Those that cannot, whatever happens to the secret. */
  broken: (Use & { why: string })[]
  brokenTotal: number
  /** Of the first of them. */
  whyBroken?: string
  /** How many of projects that the caller cannot read may fetch with it; undefined if the server does not say. */
  hidden: number | undefined
}

/** The repositories that are linked to a secret: only those that can fetch with it stop working when it goes. */
export function linksOf(secret: Linked, { uses, total, hidden }: Usage): Links {
  const broken = uses.flatMap((use) => {
    const why = whyBroken(secret, use)
    return why ? [{ ...use, why }] : []
  })
  const working = uses.filter((use) => !whyBroken(secret, use))
  const unnamed = total - uses.length
  const allBroken = secret.encryptedBy === 'PASSWORD'
  const why = allBroken ? STORE_PASSWORD : broken[0]?.why
  return {
    working,
    workingTotal: working.length + (allBroken ? 0 : unnamed),
    broken,
    brokenTotal: broken.length + (allBroken ? unnamed + (hidden ?? 0) : 0),
    ...(why && { whyBroken: why }),
    hidden: allBroken ? 0 : hidden,
  }
}

/**
 * Whether repositories stop working that lose the secret, as far as it is known: also when one of a project that cannot
 * be read may be among them.
 */
export function mayFail(secret: Linked, usage: Usage | undefined, isLosing: (project: Project) => boolean): boolean {
  if (!usage) return true
  const { working, workingTotal, hidden } = linksOf(secret, usage)
  if (working.some(isLosing) || working.length < workingTotal) return true
  if (hidden === 0) return false
  const { hiddenProjects } = usage
  return hiddenProjects.some(isLosing) || (hidden !== undefined && hiddenProjects.length === 0)
}
