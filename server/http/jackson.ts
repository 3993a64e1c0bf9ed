import { z } from 'zod'
import { parseUuid } from '../ids.ts'
import { ExactNumber, isNumber } from '../json/numbers.ts'

/*
 * JSON field types as Jackson reads them: scalars are accepted where text is expected, and a UUID must be complete.
 * Unknown fields are ignored, as everywhere in Concord.
 */

const number = z.custom<number | ExactNumber>(isNumber).meta({ type: 'number' })

export const text = z.union([z.string(), number.transform(String), z.boolean().transform(String)])

export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])

/** Unlike the ids in paths, these are strict: 36 characters (concord-api §3). */
const standardUuid = z
  .string()
  .length(36)
  .transform((value, context) => {
    const id = parseUuid(value)
    if (id) return id
    context.addIssue({ code: 'custom', message: 'UUID has to be represented by standard 36-char representation' })
    return z.NEVER
  })

/** An empty string means no id, as on a real Concord (conformance/errors.test.ts); an empty enum is an error. */
export const uuid = z.union([standardUuid, z.enum(['']).transform(() => null)])

/** A Java `Map<String, Object>`: any keys, and numbers keep their spelling (json/numbers.ts). */
export const map = z
  .custom<Record<string, unknown>>(isMap)
  .meta({ type: 'object', propertyNames: { type: 'string' }, additionalProperties: {} })

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
}

export const userType = z.enum(['LOCAL', 'LDAP', 'SSO'])
export const visibility = z.enum(['PUBLIC', 'PRIVATE'])
export const accessLevel = z.enum(['OWNER', 'WRITER', 'READER'])
export const teamRole = z.enum(['OWNER', 'MAINTAINER', 'MEMBER'])
