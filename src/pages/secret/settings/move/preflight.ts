import { isApiError } from '#api/ApiError.ts'
import type { Organization, ResourceAccess, Secret, Team } from '#api/types.ts'
import { grantItems, type Item, projectItems, repositoryItems } from '#concord/items.ts'
import { keepers } from '#concord/reach.ts'
import type { Right } from '#concord/rights.ts'
import type { Usage } from '#concord/usage.ts'
import { count } from '#concord/words.ts'

/** `amber`: it will work, and somebody should know about it. `red`: it would be refused. */
export type Light = 'green' | 'amber' | 'red' | 'pending'

export type Line = {
  id: 'right' | 'membership' | 'policy' | 'name' | 'repositories' | 'projects' | 'grants' | 'readers'
  light: Light
  text: string
  /** What is affected, for a list below the text. */
  items?: Item[]
  /** It could not be found out: the user may try again, or go on without it. */
  failed?: true
}

/** An answer as react-query has it. Both are missing while it is on its way. */
type Answer<T> = { data: T | undefined; error: Error | null }

export type MoveFacts = {
  secret: Secret
  /** Name of the organization to move to. */
  target: string
  /** The name that the secret shall have there. */
  newName: string
  right: Right | undefined
  /** `canCreate` of the target: the only request that proves membership before anything is written. */
  canCreate: Answer<boolean>
  targetOrg: Answer<Organization>
  /** Whether the target has a secret of the new name; false as well for those who are no members (concord-api §4.2). */
  nameTaken: Answer<boolean>
  usage: Answer<Usage>
  access: Answer<ResourceAccess[]>
  targetTeams: Answer<Team[]>
  /** Of the organization that it leaves. */
  ownTeams: Answer<Team[]>
}

/** Everything that a move will meet and cause, one line each (concord-api §9.6, SecretManager#update). */
export function preflight(facts: MoveFacts): Line[] {
  return [
    rightLine(facts),
    membershipLine(facts),
    nameLine(facts),
    policyLine(facts),
    repositoriesLine(facts),
    projectsLine(facts),
    grantsLine(facts),
    readersLine(facts),
  ]
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

/** Whose teams these grants are to: some may be left from a move before. A grant does not say it (concord-api §9.7). */
export function whoseTeams(grants: ResourceAccess[], orgName: string, teams: Team[] | undefined): string {
  if (grants.every((grant) => teams?.some((team) => team.id === grant.teamId))) return `of ${orgName}`
  return grants.length === 1 ? 'of another organization' : 'of other organizations'
}

export const isMember = ({ canCreate }: Pick<MoveFacts, 'canCreate'>) => canCreate.data !== undefined

function rightLine({ right, secret }: MoveFacts): Line {
  if (!right) return pending('right', 'Looking up your right to move it')
  const light = ({ yes: 'green', unknown: 'amber', no: 'red' } as const)[right.verdict]
  const text =
    right.verdict === 'yes' ? `You may move it. ${right.why}` : `You may not be able to move it. ${right.why}`
  return { id: 'right', light, text: right.verdict === 'no' ? `You may not move ${secret.name}. ${right.why}` : text }
}

function membershipLine({ canCreate, target, targetOrg }: MoveFacts): Line {
  const { data, error } = canCreate
  if (data !== undefined) return { id: 'membership', light: 'green', text: `You belong to ${target}.` }
  if (isApiError(error, 'forbidden')) {
    const owner = targetOrg.data?.owner?.username
    const ask = owner ? ` Ask its owner ${owner} to add you to a team.` : ''
    return {
      id: 'membership',
      light: 'red',
      text: `You do not belong to ${target}: only its members can move secrets there.${ask}`,
    }
  }
  if (isApiError(error, 'rejected'))
    return { id: 'membership', light: 'red', text: `There is no organization ${target}.` }
  if (error) return failed('membership', `Whether you belong to ${target} could not be found out.`)
  return pending('membership', `Looking up whether you belong to ${target}`)
}

function nameLine(facts: MoveFacts): Line {
  const { nameTaken, newName, target, canCreate } = facts
  if (canCreate.error) return { id: 'name', light: 'amber', text: `Whether the name is free in ${target} is unknown.` }
  if (nameTaken.error) return failed('name', `Whether ${newName} is free in ${target} could not be found out.`)
  if (!isMember(facts) || nameTaken.data === undefined)
    return pending('name', `Looking up whether ${newName} is free in ${target}`)
  if (nameTaken.data) {
    return {
      id: 'name',
      light: 'red',
      text: `${target} has a secret named ${newName} already. Give it another name there.`,
    }
  }
  return { id: 'name', light: 'green', text: `The name ${newName} is free in ${target}.` }
}

function policyLine({ canCreate, target }: MoveFacts): Line {
  const { data, error } = canCreate
  if (data === false) {
    return { id: 'policy', light: 'amber', text: `A policy of ${target} forbids new secrets: it may refuse this one.` }
  }
  if (data) return { id: 'policy', light: 'green', text: `Allowed by ${target}'s policies.` }
  return error
    ? { id: 'policy', light: 'amber', text: `Whether ${target}'s policies allow it is unknown.` }
    : pending('policy', `Looking up the policies of ${target}`)
}

function repositoriesLine({ usage, secret, target }: MoveFacts): Line {
  const { data, error } = usage
  if (error) return failed('repositories', `The repositories of ${secret.orgName} could not be read.`)
  if (!data?.complete) {
    const { projectsRead = 0, projectsTotal, uses = [] } = data ?? {}
    const progress = projectsTotal === undefined ? '' : `: ${projectsRead} of ${projectsTotal} projects read`
    const soFar = uses.length > 0 ? `, ${count(uses.length, 'repository', 'repositories')} found` : ''
    return pending('repositories', `Looking for repositories that use it${progress}${soFar}`)
  }
  const hidden = data.unreadable.length
  const unseen = hidden > 0 ? ` ${count(hidden, 'project', 'projects')} that you cannot read may have more.` : ''
  const { uses } = data
  if (uses.length === 0) {
    return hidden > 0
      ? { id: 'repositories', light: 'amber', text: `No repository that you can see uses it.${unseen}` }
      : { id: 'repositories', light: 'green', text: `No repository of ${secret.orgName} uses it.` }
  }
  const verb = uses.length === 1 ? 'loses its link and fails at its' : 'lose their link and fail at their'
  return {
    id: 'repositories',
    light: 'amber',
    text:
      `${count(uses.length, 'repository', 'repositories')} ${verb} next fetch.${unseen} Moving the project to ${target} ` +
      'too does not keep a link, but there it can be made again.',
    items: repositoryItems(uses),
  }
}

/**
 * Without its projects a secret can be downloaded by everybody who may read it (concord-api §9.9). They go when the
 * secret moves, whether their project has moved before or moves afterwards (concord-api §9.6, Q36).
 */
function projectsLine({ secret, target }: MoveFacts): Line {
  const { projects } = secret
  if (projects.length === 0) return { id: 'projects', light: 'green', text: 'It is not limited to projects.' }
  return {
    id: 'projects',
    light: 'amber',
    text:
      `It is limited to ${count(projects.length, 'project', 'projects')} now. That ends: every project of ${target} can ` +
      `use it, and everybody who may read it can download its value${
        secret.encryptedBy === 'PASSWORD' ? ' with its store password' : ''
      }. A project that you move to ${target} too can be chosen again there.`,
    items: projectItems(projects),
  }
}

function grantsLine({ access, targetTeams, ownTeams, secret, target }: MoveFacts): Line {
  if (access.error || targetTeams.error)
    return failed('grants', `Which teams of ${secret.orgName} keep their access could not be found out.`)
  if (!access.data || !targetTeams.data) return pending('grants', 'Looking up the grants to teams')
  if (access.data.length === 0) return { id: 'grants', light: 'green', text: 'No team has a grant on it.' }
  const surviving = survivingGrants(access.data, targetTeams.data)
  if (surviving.length === 0)
    return { id: 'grants', light: 'green', text: `All grants on it are to teams of ${target}.` }
  const whose = whoseTeams(surviving, secret.orgName, ownTeams.data)
  const verb = surviving.length === 1 ? 'keeps' : 'keep'
  return {
    id: 'grants',
    light: 'amber',
    text: `${count(surviving.length, 'team', 'teams')} ${whose} ${verb} access. You can remove that afterwards.`,
    items: grantItems(surviving, secret.orgName, ownTeams.data),
  }
}

function readersLine({ secret, target, targetOrg, access, targetTeams, ownTeams }: MoveFacts): Line {
  if (secret.visibility === 'PUBLIC') {
    const value =
      secret.encryptedBy === 'PASSWORD'
        ? 'may use it, and read its value with its store password'
        : 'may read its value'
    return {
      id: 'readers',
      light: 'amber',
      text: `It stays public: everybody who can sign in ${value}, and every member of ${target} may change it.`,
    }
  }
  if (access.error || targetOrg.error) return failed('readers', 'Who may use it afterwards could not be found out.')
  if (!access.data || !targetOrg.data) return pending('readers', 'Looking up who may use it afterwards')
  const teams = targetTeams.data && [...targetTeams.data, ...(ownTeams.data ?? [])]
  return {
    id: 'readers',
    light: 'green',
    text: `It stays private. All members of ${target} see its name; afterwards these may use it:`,
    items: keepers({ ...secret, orgName: target }, { org: targetOrg.data, access: access.data, teams }),
  }
}

const pending = (id: Line['id'], text: string): Line => ({ id, light: 'pending', text: `${text} …` })
const failed = (id: Line['id'], text: string): Line => ({ id, light: 'amber', text, failed: true })
