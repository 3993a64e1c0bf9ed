import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { Database } from './schema.ts'

/** What a list contains: `limit` entries (all if undefined) from `offset` on, with `filter` in their names (concord-api §1). */
export interface ListPage {
  offset: number
  limit: number | undefined
  filter: string | undefined
}

/** Makes a query return one page of a list by name: `query.$call(pageByName(page))`. */
export const pageByName =
  ({ offset, limit, filter }: ListPage) =>
  <TB extends keyof Database, O>(query: SelectQueryBuilder<Database, TB, O>) =>
    (filter === undefined ? query : query.where(contains('name', filter)))
      .orderBy(sql.ref('name'))
      // -1 is SQLite's "no limit"; it does not support OFFSET without LIMIT.
      .limit(limit ?? -1)
      .offset(offset)

/**
 * The condition for a `filter` parameter: the column contains the text, ignoring case (concord-api §1). SQLite ignores
 * case for ASCII only, so every other letter becomes a character class, such as `[öÖ]`, which GLOB reads by code point.
 */
export function contains(column: string, filter: string) {
  // LIKE takes half the time, and ignores the case of ASCII as it is.
  if (ASCII.test(filter))
    return sql<SqlBool>`${sql.ref(column)} LIKE ${`%${filter.replace(/[\\%_]/g, '\\$&')}%`} ESCAPE '\\'`
  return sql<SqlBool>`lower(${sql.ref(column)}) GLOB ${`*${[...filter].map(inAnyCase).join('')}*`}`
}

const ASCII = /^\p{ASCII}*$/u

function inAnyCase(character: string): string {
  if (character <= '\x7f') return /[*?[]/.test(character) ? `[${character}]` : character.toLowerCase()
  // A letter whose other case has two letters, such as ß, matches only itself.
  const cases = [character, character.toLowerCase(), character.toUpperCase()].filter((text) => [...text].length === 1)
  return cases.length > 1 ? `[${[...new Set(cases)].join('')}]` : character
}
