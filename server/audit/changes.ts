interface Changes {
  prev?: Record<string, unknown>
  new?: Record<string, unknown>
}

/** Fields that Concord's comparison ignores: it compares beans and scalars, not free-form maps. */
const PASSED_OVER = new Set(['meta', 'cfg'])

/**
 * Compares two entries like Concord's DiffUtils#compare for the audit log: only fields that differ, also in nested
 * objects, and no empty `prev` or `new`. For a new entry, all its fields.
 */
export function changesBetween(prev: object | undefined, next: object | undefined): Changes {
  if (!prev) return next ? { new: whole({ ...next }) } : {}
  if (!next) return { prev: whole({ ...prev }) }
  const before: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  const left = prev as Record<string, unknown>
  const right = next as Record<string, unknown>
  for (const field of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (PASSED_OVER.has(field)) continue
    const [a, b] = [left[field], right[field]]
    if (isObject(a) && isObject(b)) {
      const inner = changesBetween(a, b)
      if (inner.prev) before[field] = inner.prev
      if (inner.new) after[field] = inner.new
    } else if (a !== b && !(Array.isArray(a) || Array.isArray(b))) {
      if (a !== undefined && a !== null) before[field] = whole(a)
      if (b !== undefined && b !== null) after[field] = whole(b)
    }
  }
  return {
    ...(Object.keys(before).length > 0 ? { prev: before } : {}),
    ...(Object.keys(after).length > 0 ? { new: after } : {}),
  }
}

/** Removes maps and flags that are false: Concord's comparison treats them as absent. */
function whole<T>(value: T): T {
  if (!isObject(value)) return value
  const fields = Object.entries(value).filter(([name, field]) => !PASSED_OVER.has(name) && field !== false)
  // Returns the fields except for these.
  return Object.fromEntries(fields.map(([name, field]) => [name, whole(field)])) as T
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
