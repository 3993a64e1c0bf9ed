import type { ResourceAccess, Team } from '#api/types.ts'
import type { Use } from './usage.ts'

/** One line of what an act affects. Names alone do not tell two apart: every organization has a team `default`. */
export type Item = { id: string; text: string }

export const repositoryItems = (uses: Use[]): Item[] =>
  uses.map(({ projectName, repository }) => ({ id: repository.id, text: `${projectName} › ${repository.name}` }))

/** Projects of one organization, by name. */
export const projectItems = (projects: { id: string; name: string }[]): Item[] =>
  projects.map(({ id, name }) => ({ id, text: name })).sort(byText)

/** Names that are unique where they come from. */
export const nameItems = (names: string[]): Item[] => names.map((name) => ({ id: name, text: name }))

/**
 * Grants to teams: `devs (WRITER)`, and where it is not one of `orgName` the organization. A grant does not name that
 * (concord-api §9.7), so it is known of `teams` only; without any, nothing is said about it.
 */
export function grantItems(grants: ResourceAccess[], orgName: string, teams: Team[] | undefined): Item[] {
  function whose(teamId: string) {
    if (!teams) return ''
    const home = teams.find(({ id }) => id === teamId)?.orgName
    return home === orgName ? '' : ` of ${home ?? 'another organization'}`
  }
  return grants
    .map(({ teamId, teamName, level }) => ({ id: teamId, text: `${teamName ?? teamId}${whose(teamId)} (${level})` }))
    .sort(byText)
}

const byText = (a: Item, b: Item) => a.text.localeCompare(b.text)
