import { sql } from 'kysely'
import { containsPattern } from '../http.ts'

/** The condition of a `filter` parameter: the column contains the text, in any case (contract §1). */
export const contains = (column: string, filter: string) =>
  sql<boolean>`${sql.ref(column)} LIKE ${containsPattern(filter)} ESCAPE '\\'`
