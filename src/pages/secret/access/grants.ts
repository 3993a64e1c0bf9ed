import type { AccessLevel, ResourceAccess } from '#api/types.ts'
import { levelWord } from '#concord/rights.ts'

/** What is wanted, by team; without a level the team's grant is removed. */
export type Edits = Record<string, { teamName: string; level?: AccessLevel }>

/** A team's level before and after; a missing one means no grant. */
export type GrantRow = { teamId: string; teamName: string; before?: AccessLevel; after?: AccessLevel }

/** Edits, and the grants that they were made on: somebody else may have changed those since. */
export type Staged = { base: ResourceAccess[]; edits: Edits }

const nameOf = ({ teamId, teamName }: ResourceAccess) => teamName ?? teamId

const byTeam = (grants: ResourceAccess[]) => new Map(grants.map((grant) => [grant.teamId, grant]))

/** Returns the edits with one more. Choosing the current level removes the edit. */
export function edit(
  { base, edits }: Staged,
  team: { teamId: string; teamName: string },
  level: AccessLevel | undefined,
): Staged {
  const { [team.teamId]: _, ...others } = edits
  if (byTeam(base).get(team.teamId)?.level === level) return { base, edits: others }
  return { base, edits: { ...others, [team.teamId]: { teamName: team.teamName, ...(level && { level }) } } }
}

/** The grants by name with what is staged on them; teams that are new come last, in the order they were added. */
export function rowsOf({ base, edits }: Staged): GrantRow[] {
  const granted = byTeam(base)
  const rows = base.map((grant) => {
    const change = edits[grant.teamId]
    return row(grant.teamId, nameOf(grant), grant.level, change ? change.level : grant.level)
  })
  const added = Object.entries(edits)
    .filter(([teamId]) => !granted.has(teamId))
    .map(([teamId, { teamName, level }]) => row(teamId, teamName, undefined, level))
  return [...rows.sort(byName), ...added]
}

/** Teams without a grant so far. Those with one exist: a grant goes with its team. */
export const addedTeams = (staged: Staged) =>
  rowsOf(staged)
    .filter(({ before, after }) => !before && after)
    .map(({ teamId, teamName }) => ({ id: teamId, name: teamName }))

export const withoutTeams = ({ base, edits }: Staged, teams: { id: string }[]): Staged => ({
  base,
  edits: Object.fromEntries(Object.entries(edits).filter(([teamId]) => !teams.some(({ id }) => id === teamId))),
})

/** Names alone are not unique: `default of acme` if it is not of the secret's organization, '' where that is not known. */
export const teamTitle = (teamName: string, elsewhere: string | undefined) =>
  elsewhere === undefined ? teamName : `${teamName} of ${elsewhere || 'another organization'}`

export const isChanged = ({ before, after }: GrantRow) => before !== after

/** What the server gets: all grants as they should be. */
export const resultOf = (staged: Staged): ResourceAccess[] =>
  rowsOf(staged).flatMap(({ teamId, teamName, after }) => (after ? [{ teamId, teamName, level: after }] : []))

/** What happened between two readings of the grants. Concord lists them in no order (concord-api §9.2). */
export function differences(from: ResourceAccess[], to: ResourceAccess[]): GrantRow[] {
  const [was, is] = [byTeam(from), byTeam(to)]
  const all = [...from, ...to.filter(({ teamId }) => !was.has(teamId))]
  return all
    .map((grant) => row(grant.teamId, nameOf(grant), was.get(grant.teamId)?.level, is.get(grant.teamId)?.level))
    .filter(isChanged)
    .sort(byName)
}

/** Applies the same edits to the current grants, without those that somebody else made too. */
export function rebase({ edits }: Staged, now: ResourceAccess[]): Staged {
  const levels = byTeam(now)
  const left = Object.entries(edits).filter(([teamId, { level }]) => levels.get(teamId)?.level !== level)
  return { base: now, edits: Object.fromEntries(left) }
}

/** `ops: Reader → Writer`, `ops: gets Reader`, `ops: loses Writer`: after the team's name. */
export function changeWords({ before, after }: GrantRow): string {
  if (before && after) return `${levelWord[before]} → ${levelWord[after]}`
  if (after) return `gets ${levelWord[after]}`
  return before ? `loses ${levelWord[before]}` : 'stays without access'
}

function row(teamId: string, teamName: string, before?: AccessLevel, after?: AccessLevel): GrantRow {
  return { teamId, teamName, ...(before && { before }), ...(after && { after }) }
}

const byName = (a: GrantRow, b: GrantRow) => a.teamName.localeCompare(b.teamName)
