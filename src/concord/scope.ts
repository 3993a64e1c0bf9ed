import type { Secret } from '#api/types.ts'

type Projects = Secret['projects']

/** The projects that may use a secret; null means every project (concord-api §9.1). */
export type Scope = Projects | null

export const scopeOf = ({ projects }: Pick<Secret, 'projects'>): Scope => (projects.length ? projects : null)

/**
 * What another scope removes and adds. `narrower`: a project loses the secret, also when others gain it. With `from` or
 * `to` of every project, the single projects cannot all be named: `all` stands for them.
 */
export type ScopeChange = {
  kind: 'same' | 'wider' | 'narrower'
  lost: Projects | 'all others'
  gained: Projects | 'all'
}

export function scopeChange(from: Scope, to: Scope): ScopeChange {
  if (from === null && to === null) return { kind: 'same', lost: [], gained: [] }
  if (to === null) return { kind: 'wider', lost: [], gained: 'all' }
  if (from === null) return { kind: 'narrower', lost: 'all others', gained: [] }
  const lost = without(from, to)
  const gained = without(to, from)
  return { kind: lost.length ? 'narrower' : gained.length ? 'wider' : 'same', lost, gained }
}

export const includes = (scope: Scope, projectName: string) =>
  scope === null || scope.some(({ name }) => name === projectName)

const without = (projects: Projects, others: Projects) =>
  projects.filter(({ id }) => !others.some((other) => other.id === id)).sort((a, b) => a.name.localeCompare(b.name))
