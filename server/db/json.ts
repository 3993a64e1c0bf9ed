/** A JSON column as the object that it holds; a damaged one counts as empty, so that it does not take a list down. */
export function readJsonColumn(column: string | null): Record<string, unknown> | undefined {
  if (column === null) return undefined
  try {
    const value: unknown = JSON.parse(column)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** A list of strings from a JSON column, with the same leniency. */
export function readListColumn(column: string): string[] {
  try {
    const value: unknown = JSON.parse(column)
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  } catch {
    return []
  }
}

export function writeJsonColumn(value: object | null | undefined): string | null {
  return value ? JSON.stringify(value) : null
}
