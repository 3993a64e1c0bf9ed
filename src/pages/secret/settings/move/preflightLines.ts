import { isApiError } from '#api/ApiError.ts'
import { explain, explained } from '#api/explain.ts'
import type { Organization, ResourceAccess, Secret, Team } from '#api/types.ts'
import { linksOf } from '#concord/brokenLinks.ts'
import { isNotVisible } from '#concord/effects.ts'
import type { Right } from '#concord/rights.ts'
import type { Usage, UsageLookup } from '#concord/usage.ts'
import { grantItems, type Item, keepers, projectItems, repositoryCount, repositoryItems } from '#concord/words.ts'
import { count } from '#ui/words.ts'

/** `amber`: it will work, but has an effect worth knowing. `red`: it would be refused. */
export type Light = 'green' | 'amber' | 'red' | 'pending'

export type Line = {
  id: 'right' | 'membership' | 'policy' | 'name' | 'repositories' | 'projects' | 'grants' | 'flows' | 'rest' | 'readers'
  light: Light
  text: string
  /** How the text begins, where that is the number that matters. */
  strong?: string
  /** What is affected, for a list below the text. */
  items?: Item[]
  /** It could not be looked up: the user may go on without it. */
  failed?: true
  /** The same look-up may succeed a moment later. */
  canRetry?: boolean
}

/** The result of a query; both are missing while it loads. */
type Answer<T> = { data: T | undefined; error: Error | null }

export type MoveFacts = {
  secret: Secret
  /** Name of the organization to move to. */
  target: string
  /** The name that the secret gets there. */
  newName: string
  right: Right | undefined
  /** `canCreate` of the target: the only request that proves membership before anything is written. */
  canCreate: Answer<boolean>
  targetOrg: Answer<Organization>
  /** Whether the target has a secret of the new name; also false for those who are not members (concord-api §4.2). */
  nameTaken: Answer<boolean>
  usage: Pick<UsageLookup, 'data' | 'error' | 'progress' | 'unchecked'>
  access: Answer<ResourceAccess[]>
  targetTeams: Answer<Team[]>
  /** Of the organization that it leaves, and others that the caller knows. */
  ownTeams: Answer<Team[]>
}

/** What a move will meet and cause, one line each (concord-api §9.6, SecretManager#update). */
export function preflightLines(facts: MoveFacts): Line[] {
  return [
    rightLine(facts),
    membershipLine(facts),
    nameLine(facts),
    policyLine(facts),
    repositoriesLine(facts),
    projectsLine(facts),
    grantsLine(facts),
    flowsLine(facts),
    restLine(facts),
    readersLine(facts),
  ]
}

/** As the dialog shows them: what stops the move, what to know before it, who may use it then; the rest is folded. */
export function sorted(lines: Line[]) {
  const of = (light: Light) => lines.filter((line) => line.light === light && line.id !== 'readers')
  return {
    problems: [...of('red'), ...of('amber'), ...of('pending')],
    readers: lines.filter(({ id }) => id === 'readers'),
    passed: of('green'),
  }
}

/** The first reason why the move would be refused. */
export const blockedBy = (lines: Line[]) => lines.find((line) => line.light === 'red')

export function previewState(lines: Line[]): 'loading' | 'failed' | 'ready' {
  if (lines.some((line) => line.light === 'pending')) return 'loading'
  return lines.some((line) => line.failed) ? 'failed' : 'ready'
}

/** The grants that stay with teams of other organizations (concord-api §14, Q16). */
export function survivingGrants(access: ResourceAccess[], targetTeams: Team[]): ResourceAccess[] {
  const local = new Set(targetTeams.map((team) => team.id))
  return access.filter((grant) => !local.has(grant.teamId))
}

/**
 * Whose teams these grants are to: some may be left from an earlier move. A grant does not say so (concord-api §9.7);
 * `teams` are those that the caller knows.
 */
export function whoseTeams(grants: ResourceAccess[], teams: Team[] | undefined): string {
  const homes = new Set(grants.map((grant) => teams?.find((team) => team.id === grant.teamId)?.orgName))
  const [home] = homes
  if (homes.size === 1 && home) return `of ${home}`
  return grants.length === 1 ? 'of another organization' : 'of other organizations'
}

export const isMember = ({ canCreate }: Pick<MoveFacts, 'canCreate'>) => canCreate.data !== undefined

function rightLine({ right, secret }: MoveFacts): Line {
  if (!right) return pending('right', 'Looking up your right to move it')
  const { verdict, why } = right
  if (verdict === 'yes') return green('right', `You may move it. ${why}`)
  if (verdict === 'no') return red('right', `You may not move ${secret.name}. ${why}`)
  return amber('right', `You may not be able to move it. ${why}`)
}

function membershipLine({ canCreate, target, targetOrg }: MoveFacts): Line {
  const { data, error } = canCreate
  if (data !== undefined) return green('membership', `You are a member of ${target}.`)
  if (isApiError(error, 'forbidden')) {
    const owner = targetOrg.data?.owner?.username
    const ask = owner ? ` Ask its owner ${owner} to add you to a team.` : ''
    return red('membership', `You are not a member of ${target}: only its members can move secrets there.${ask}`)
  }
  if (isApiError(error, 'rejected')) return red('membership', `There is no organization ${target}.`)
  if (error) return failed('membership', `Whether you are a member of ${target} could not be looked up.`, error)
  return pending('membership', `Looking up whether you are a member of ${target}`)
}

function nameLine(facts: MoveFacts): Line {
  const { nameTaken, newName, target, canCreate } = facts
  if (canCreate.error) return amber('name', `Whether the name is free in ${target} is unknown.`)
  if (nameTaken.error)
    return failed('name', `Whether ${newName} is free in ${target} could not be looked up.`, nameTaken.error)
  if (!isMember(facts) || nameTaken.data === undefined)
    return pending('name', `Looking up whether ${newName} is free in ${target}`)
  return nameTaken.data
    ? red('name', `${target} already has a secret named ${newName}. Give it another name there.`)
    : green('name', `The name ${newName} is free in ${target}.`)
}

function policyLine({ canCreate: { data, error }, target }: MoveFacts): Line {
  if (data === false) return amber('policy', `A policy of ${target} forbids new secrets: it may refuse this one.`)
  if (data) return green('policy', `Allowed by ${target}'s policies.`)
  if (error) return amber('policy', `Whether ${target}'s policies allow it is unknown.`)
  return pending('policy', `Looking up the policies of ${target}`)
}

function repositoriesLine(facts: MoveFacts): Line {
  const { data, error, progress, unchecked } = facts.usage
  const { orgName } = facts.secret
  if (error) return failed('repositories', `The repositories of ${orgName} could not be read.`, error)
  if (unchecked !== undefined)
    return failed('repositories', `Repositories of ${orgName} that use it, and lose their link, were not checked.`)
  if (!data) {
    const { read = 0, total, found = 0 } = progress ?? {}
    const where = total === undefined ? '' : `: ${read} of ${count(total, 'project')} read`
    const soFar = found > 0 ? `, ${count(found, 'repository', 'repositories')} found` : ''
    return pending('repositories', `Looking for repositories that use it${where}${soFar}`)
  }
  return linksLine(data, facts)
}

function linksLine(usage: Usage, { secret }: MoveFacts): Line {
  const { working, workingTotal, brokenTotal, hidden } = linksOf(secret, usage)
  const ends = brokenTotal > 0 ? ` ${count(brokenTotal, 'broken link')} ${brokenTotal === 1 ? 'ends' : 'end'} too.` : ''
  const projects = hidden === undefined ? usage.hiddenProjects.length : 0
  const unseen = projects > 0 ? ` ${count(projects, 'project')} ${isNotVisible(projects)} and may have more.` : ''
  const total = workingTotal + (hidden ?? 0)
  if (total === 0)
    return unseen
      ? amber('repositories', `No repository that you can see uses it.${unseen}${ends}`)
      : green('repositories', `No repository of ${secret.orgName} can use it now.${ends}`)
  const strong = repositoryCount({ total, more: usage.more })
  const some = hidden ? ` ${hidden} of them ${isNotVisible(hidden)}.` : unseen
  const text = `${total === 1 ? 'stops' : 'stop'} working. Moving back does not restore ${total === 1 ? 'its link' : 'their links'}.`
  return amber('repositories', `${strong} ${text}${some}${ends}`, repositoryItems(working, secret.orgName), strong)
}

/**
 * Without its projects a secret can be downloaded by everybody who may read it (concord-api §9.9). They are removed
 * when the secret moves, whether their project has moved before or moves afterwards (concord-api §9.6, Q36).
 */
function projectsLine({ secret: { projects, encryptedBy }, target }: MoveFacts): Line {
  if (projects.length === 0) return green('projects', 'It is not limited to projects.')
  const how = encryptedBy === 'PASSWORD' ? ' with its store password' : ''
  const strong = `Its limit to ${count(projects.length, 'project')}`
  return amber(
    'projects',
    `${strong} ends. Every project of ${target} can use it, and its readers can download the value${how}.`,
    projectItems(projects),
    strong,
  )
}

function grantsLine({ access, targetTeams, ownTeams, secret: { orgName }, target }: MoveFacts): Line {
  const error = access.error ?? targetTeams.error
  if (error) return failed('grants', `Which teams of ${orgName} keep their access could not be looked up.`, error)
  if (!access.data || !targetTeams.data) return pending('grants', 'Looking up the grants to teams')
  if (access.data.length === 0) return green('grants', 'No team has a grant on it.')
  const surviving = survivingGrants(access.data, targetTeams.data)
  if (surviving.length === 0) return green('grants', `All grants on it are to teams of ${target}.`)
  const strong = `${count(surviving.length, 'team')} ${whoseTeams(surviving, ownTeams.data)}`
  return amber(
    'grants',
    `${strong} ${surviving.length === 1 ? 'keeps' : 'keep'} access. You can remove that afterwards.`,
    grantItems(surviving, orgName, ownTeams.data),
    strong,
  )
}

const flowsLine = ({ secret: { orgName } }: MoveFacts) =>
  amber('flows', `Flows and API calls that name it under ${orgName} fail.`, undefined, 'Flows and API calls')

const restLine = ({ target, newName }: MoveFacts) =>
  green('rest', `It becomes ${target} / ${newName}. Its id, value, owner and visibility stay.`)

function readersLine({ secret, target, targetOrg, access, targetTeams, ownTeams }: MoveFacts): Line {
  if (secret.visibility === 'PUBLIC') {
    const value =
      secret.encryptedBy === 'PASSWORD'
        ? 'may use it, and read its value with its store password'
        : 'may read its value'
    return amber(
      'readers',
      `It stays public: everybody who can sign in ${value}, and every member of ${target} may change it.`,
    )
  }
  const error = access.error ?? targetOrg.error
  if (error) return failed('readers', 'Who may use it afterwards could not be looked up.', error)
  if (!access.data || !targetOrg.data) return pending('readers', 'Looking up who may use it afterwards')
  const teams = targetTeams.data && [...targetTeams.data, ...(ownTeams.data ?? [])]
  return green(
    'readers',
    `It stays private. All members of ${target} see its name.`,
    keepers({ ...secret, orgName: target }, { org: targetOrg.data, access: access.data, teams }),
  )
}

type Id = Line['id']
const line = (light: Light, id: Id, text: string, items?: Item[], strong?: string): Line => ({
  ...{ id, light, text },
  ...(items && { items }),
  ...(strong && { strong }),
})
const green = (id: Id, text: string, items?: Item[]) => line('green', id, text, items)
const amber = (id: Id, text: string, items?: Item[], strong?: string) => line('amber', id, text, items, strong)
const red = (id: Id, text: string) => line('red', id, text)
const pending = (id: Id, text: string) => line('pending', id, `${text} …`)
const failed = (id: Id, text: string, error?: Error): Line => ({
  ...amber(id, error ? `${text} ${explained(error)}` : text),
  ...{ failed: true, canRetry: error !== undefined && explain(error).canRetry },
})
