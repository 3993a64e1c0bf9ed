import { z } from 'zod'
import type { Reader } from '../../db/open.ts'
import type { UserRow } from '../../db/schema.ts'
import { javaError, validationError } from '../../errors.ts'
import type { Principal } from '../../principal.ts'
import { userOf } from '../../principal.ts'
import { PatternError } from './javaPattern.ts'
import { rulesReader, type Target } from './links.ts'
import { fits } from './match.ts'
import { fitsPattern, Work } from './patterns.ts'

const rule = z.object({
  msg: z.string().nullish(),
  entity: z.string().nullish(),
  action: z.string().nullish(),
  conditions: z.record(z.string(), z.unknown()).nullish(),
})

const entityRules = z.object({ allow: z.array(rule).nullish(), deny: z.array(rule).nullish() })

/** An action to check against the rules of a policy (concord-api §12). */
export interface Act extends Target {
  entity: 'org' | 'project' | 'repository' | 'secret'
  action: 'create' | 'update'
  /** The new owner; undefined if unchanged. */
  owner: UserRow | undefined
  attributes: Record<string, unknown>
}

/** PolicyManager#checkEntity. Throws Concord's 400 if the applicable policy forbids the action. */
export async function requireAllowed(db: Reader, who: Principal, act: Act): Promise<void> {
  const requireThis = await policyGuard(db, who)
  requireThis(act)
}

/** The same for several actions, with the queries of one: the returned function throws if its action is forbidden. */
export async function policyGuard(db: Reader, who: Principal): Promise<(act: Act) => void> {
  const rulesFor = await rulesReader(db)
  const work = new Work()
  return (act) => {
    const denial = denialOf(rulesFor, who, act, work)
    if (denial) throw validationError(`Action forbidden: ${denial.msg ?? null}`)
  }
}

export const isAllowed = async (db: Reader, who: Principal, act: Act) =>
  !denialOf(await rulesReader(db), who, act, new Work())

type RulesFor = Awaited<ReturnType<typeof rulesReader>>

/** The rule that forbids it: a matching `allow` takes precedence over any `deny`. */
function denialOf(rulesFor: RulesFor, who: Principal, act: Act, work: Work) {
  const { entity, action, owner, attributes, orgId, projectId } = act
  const rules = rulesFor({ orgId, projectId, userId: userOf(who).id })
  if (rules?.entity === undefined || rules.entity === null) return undefined
  const result = entityRules.safeParse(rules.entity)
  // Invalid rules allow nothing.
  if (!result.success) throw javaError('java.lang.IllegalArgumentException', 'The entity rules of a policy are damaged')
  const data = { owner: ownerAttributes(owner), entity: attributes }
  const applies = (each: z.infer<typeof rule>) =>
    (typeof each.entity !== 'string' || fitsPattern(entity, each.entity, work)) &&
    (typeof each.action !== 'string' || fitsPattern(action, each.action, work)) &&
    (!each.conditions || Object.keys(each.conditions).length === 0 || fits(data, each.conditions, work))
  try {
    if (result.data.allow?.some(applies)) return undefined
    return result.data.deny?.find(applies)
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    // An invalid rule allows nothing. It was saved before rules were checked.
    throw javaError('java.util.regex.PatternSyntaxException', `A pattern in a policy ${error.message}`)
  }
}

const ownerAttributes = (owner: UserRow | undefined) =>
  owner && {
    id: owner.id,
    username: owner.username,
    userType: owner.type,
    email: owner.email,
    displayName: owner.displayName,
  }
