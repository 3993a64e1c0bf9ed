import { type Violation, violations } from './errors.ts'

/** Concord's ConcordKey: the pattern of entity names (concord-api §1). */
export const NAME_PATTERN = /^[0-9a-zA-Z][0-9a-zA-Z_@.\-~]{2,127}$/
export const NAME_VIOLATION = 'must match "^[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}$"'

/**
 * Checks names like Concord's `@Validate` methods, and throws one violation per bad name. `names` is keyed by the
 * violation's id without its method, e.g. `checkNames('SecretResource.update', { arg0: orgName, arg1: secretName })`.
 */
export function checkNames(method: string, names: Record<string, string | null | undefined>) {
  reject(nameViolations(method, names))
}

/** The violations of `checkNames`, to be thrown together with others. */
export function nameViolations(method: string, names: Record<string, string | null | undefined>): Violation[] {
  const bad = Object.entries(names).filter(([, name]) => typeof name === 'string' && !NAME_PATTERN.test(name))
  return bad.map(([id]) => ({ id: `${method}.${id}`, message: NAME_VIOLATION }))
}

/** A violation of `@Size(max = …)`. */
export function tooLong(id: string, value: string | null | undefined, most: number): Violation[] {
  return (value ?? '').length > most ? [{ id, message: `size must be between 0 and ${most}` }] : []
}

/** A violation of `@NotNull`. */
export function missing(id: string, value: unknown): Violation[] {
  return value === null || value === undefined ? [{ id, message: 'must not be null' }] : []
}

/** Throws the violations, if any. */
export function reject(found: Violation[]) {
  if (found.length > 0) throw violations(found)
}
