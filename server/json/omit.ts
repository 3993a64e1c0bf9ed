/** Removes null and undefined fields: Jackson's NON_NULL. */
export function nonNull<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], null> } {
  // The remaining entries are not null.
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null && field !== undefined)) as never
}

/** Removes null, undefined, '', [] and {}: Jackson's NON_EMPTY. */
export function nonEmpty<T extends object>(value: T): Partial<T> {
  const empty = (field: unknown) =>
    field === null ||
    field === undefined ||
    field === '' ||
    (Array.isArray(field) && field.length === 0) ||
    (typeof field === 'object' && Object.keys(field).length === 0)
  return Object.fromEntries(Object.entries(value).filter(([, field]) => !empty(field))) as Partial<T>
}
