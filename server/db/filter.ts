import { type SqlBool, sql } from 'kysely'
import { containsPattern } from '../http.ts'

/**
 * The condition of a `filter` parameter: the column contains the text, in any case (contract §1). SQLite's LIKE knows the
 * cases of ASCII only, so a text with other letters is looked for in small and in capital ones as well.
 */
export function contains(column: string, filter: string) {
  const variants = new Set([filter, filter.toLowerCase(), filter.toUpperCase()])
  const tried = /^[\0-\x7f]*$/.test(filter) ? [filter] : [...variants]
  const conditions = tried.map((text) => sql`${sql.ref(column)} LIKE ${containsPattern(text)} ESCAPE '\\'`)
  return sql<SqlBool>`(${sql.join(conditions, sql` OR `)})`
}
