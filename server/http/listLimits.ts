import { z } from 'zod'
import { validationError } from '../errors.ts'

/*
 * Every list in a request has a limit, so that a single request is cheap: no operation can be declared without one
 * (http/operation.ts). Concord has no limits. The schemas, and so the OpenAPI document, have them as `maxItems` and
 * `maxProperties`.
 */

/** Links of one secret: each is checked, and appears in every list of secrets. */
export const MAX_LINKS = 100
/** Users, groups, repositories and team grants: as many as a large organization has. Each is one row. */
export const MAX_ENTRIES = 1000

/**
 * Free-form JSON that is part of each list entry, such as the `meta` of repositories. Concord has no limit. JSON that
 * only its own entity contains, such as the `cfg` of a project, is limited by the size of a request.
 */
const MAX_LISTED_BYTES = 64 * 1024

/** Returns the text for a JSON column that is part of lists; throws a 400 if it is too large. */
export function requireSmall(column: string | null, name: string): string | null {
  const bytes = Buffer.byteLength(column ?? '')
  if (bytes <= MAX_LISTED_BYTES) return column
  throw validationError(`'${name}' has ${bytes} bytes, at most ${MAX_LISTED_BYTES} are allowed`)
}

/** A JSON array with a maximum number of items. */
export const listOf = <T extends z.ZodType>(item: T, most = MAX_ENTRIES) => z.array(item).meta({ maxItems: most })

/** A JSON object that is a list by name, with a maximum number of entries. */
export const mapOf = <T extends z.ZodType>(entry: T, most = MAX_ENTRIES) =>
  z.record(z.string(), entry).meta({ maxProperties: most })

/** Throws if a schema has a list without a limit, or a type that `refuseLongLists` doesn't support. */
export function assertLimited(schema: z.ZodType, where: string) {
  const type = unwrapped(schema)
  if (type instanceof z.ZodArray) {
    if (limitOf(type, 'maxItems') === undefined) throw new Error(`${where} is a list without a limit: use listOf`)
    assertLimited(type.element as z.ZodType, `${where}[]`)
  } else if (type instanceof z.ZodRecord) {
    if (limitOf(type, 'maxProperties') === undefined) throw new Error(`${where} is a map without a limit: use mapOf`)
    assertLimited(type.valueType as z.ZodType, `${where}{}`)
  } else if (type instanceof z.ZodObject) {
    for (const [name, field] of Object.entries(type.shape)) assertLimited(field as z.ZodType, `${where}.${name}`)
  } else if (type instanceof z.ZodUnion) {
    for (const option of type.options) assertLimited(option as z.ZodType, where)
  } else if (!LEAVES.has(type.def.type)) {
    throw new Error(`${where} is a ${type.def.type}, whose lists have no limit`)
  }
}

const LEAVES = new Set<string>(['string', 'number', 'boolean', 'enum', 'literal', 'null', 'unknown', 'custom'])

/**
 * Throws a 400 for a list that is longer than its schema allows. Call it before the schema, which would first check
 * each of half a million elements; this only looks at lengths.
 */
export function refuseLongLists(schema: z.ZodType, value: unknown, name = '') {
  if (typeof value !== 'object' || value === null) return
  const type = unwrapped(schema)
  if (type instanceof z.ZodArray) {
    if (!Array.isArray(value)) return
    refuseMore(value.length, limitOf(type, 'maxItems'), name)
    for (const item of value) refuseLongLists(type.element as z.ZodType, item, name)
  } else if (type instanceof z.ZodUnion) {
    for (const option of type.options) refuseLongLists(option as z.ZodType, value, name)
  } else if (Array.isArray(value)) {
    return
  } else if (type instanceof z.ZodRecord) {
    refuseMore(Object.keys(value).length, limitOf(type, 'maxProperties'), name)
    for (const entry of Object.values(value)) refuseLongLists(type.valueType as z.ZodType, entry, name)
  } else if (type instanceof z.ZodObject) {
    const fields = value as Record<string, unknown>
    for (const [field, each] of Object.entries(type.shape)) {
      if (Object.hasOwn(fields, field)) refuseLongLists(each as z.ZodType, fields[field], field)
    }
  }
}

/** Throws the 400 for a list that is too long. */
export function refuseMore(size: number, most: number | undefined, name: string) {
  if (most === undefined || size <= most) return
  throw validationError(`${name ? `'${name}'` : 'The list'} has too many entries: at most ${most} are allowed.`)
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrapped(schema.unwrap() as z.ZodType)
  return schema instanceof z.ZodPipe ? unwrapped(schema.in as z.ZodType) : schema
}

function limitOf(type: z.ZodType, keyword: 'maxItems' | 'maxProperties'): number | undefined {
  const most = type.meta()?.[keyword]
  return typeof most === 'number' ? most : undefined
}
