import { parseJson } from '../json/read.ts'
import { jsonText, RawJson } from '../json/write.ts'

/** Parses a JSON column. A damaged one counts as empty, so that it does not break a whole list. */
export const readJsonColumn = (column: string | null) => readObject(column, JSON.parse)

/** The same, but numbers keep their spelling (json/numbers.ts). */
export const readExactJsonColumn = (column: string | null) => readObject(column, parseJson)

/** A JSON column for a response: its text, unchanged. */
export const rawJsonColumn = (column: string | null): RawJson | undefined =>
  column !== null && readJsonColumn(column) ? new RawJson(column) : undefined

function readObject(column: string | null, parse: (text: string) => unknown): Record<string, unknown> | undefined {
  if (column === null) return undefined
  try {
    const value = parse(column)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Parses a list of strings from a JSON column, with the same tolerance. */
export function readListColumn(column: string): string[] {
  try {
    const value: unknown = JSON.parse(column)
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  } catch {
    return []
  }
}

export function writeJsonColumn(value: object | null | undefined): string | null {
  return value ? jsonText(value) : null
}
