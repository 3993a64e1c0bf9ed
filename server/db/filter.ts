import { type SqlBool, sql } from 'kysely'

/**
 * The condition for a `filter` parameter: the column contains the text, ignoring case (concord-api §1). SQLite ignores
 * case for ASCII only, so every other letter becomes a character class, such as `[öÖ]`, which GLOB reads by code point.
 */
export function contains(column: string, filter: string) {
  return sql<SqlBool>`lower(${sql.ref(column)}) GLOB ${`*${[...filter].map(inAnyCase).join('')}*`}`
}

function inAnyCase(character: string): string {
  if (character <= '\x7f') return /[*?[]/.test(character) ? `[${character}]` : character.toLowerCase()
  // A letter whose other case has two letters, such as ß, matches only itself.
  const cases = [character, character.toLowerCase(), character.toUpperCase()].filter((text) => [...text].length === 1)
  return cases.length > 1 ? `[${[...new Set(cases)].join('')}]` : character
}
