import { type SqlBool, sql } from 'kysely'

/**
 * The condition of a `filter` parameter: the column contains the text, in any case (concord-api §1). SQLite knows the cases
 * of ASCII only, so each other letter stands as a class of its own, as in `[öÖ]`: GLOB takes these apart by code points.
 */
export function contains(column: string, filter: string) {
  return sql<SqlBool>`lower(${sql.ref(column)}) GLOB ${`*${[...filter].map(inAnyCase).join('')}*`}`
}

function inAnyCase(character: string): string {
  if (character <= '\x7f') return /[*?[]/.test(character) ? `[${character}]` : character.toLowerCase()
  // What becomes two letters in the other case, as ß does, has none here.
  const cases = [character, character.toLowerCase(), character.toUpperCase()].filter((text) => [...text].length === 1)
  return cases.length > 1 ? `[${[...new Set(cases)].join('')}]` : character
}
