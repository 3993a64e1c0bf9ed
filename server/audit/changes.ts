interface Changes {
  prev?: Record<string, unknown>
  new?: Record<string, unknown>
}

/** What Concord's comparison passes over: it looks at beans and scalars, not at maps of the user's own. */
const PASSED_OVER = new Set(['meta', 'cfg'])

/**
 * What changed between two entries, as Concord's DiffUtils#compare writes it into the audit log: only fields that
 * differ, nested objects alike, and no `prev` or `new` that is empty. Of a new entry all fields that it has.
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

/** Something without its maps, and without flags that are off: to Concord's comparison they are as in nothing. */
function whole<T>(value: T): T {
  if (!isObject(value)) return value
  const fields = Object.entries(value).filter(([name, field]) => !PASSED_OVER.has(name) && field !== false)
  // The same fields but for those.
  return Object.fromEntries(fields.map(([name, field]) => [name, whole(field)])) as T
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
