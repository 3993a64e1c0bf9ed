/** Removes null and undefined fields: Jackson's NON_NULL. */
export function nonNull<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], null> } {
  return only(value, (field) => field !== null && field !== undefined)
}

/** Removes null, undefined, '', [] and {}: Jackson's NON_EMPTY. */
export function nonEmpty<T extends object>(value: T): Partial<T> {
  const empty = (field: unknown) =>
    field === null ||
    field === undefined ||
    field === '' ||
    (Array.isArray(field) && field.length === 0) ||
    (typeof field === 'object' && Object.keys(field).length === 0)
  return only(value, (field) => !empty(field))
}

/** Every entry of a list goes through here, so without lists of its fields. */
function only(value: object, keeps: (field: unknown) => boolean): never {
  const kept: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) if (keeps(field)) kept[name] = field
  return kept as never
}
