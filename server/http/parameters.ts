import { z } from 'zod'
import { parseUuid, UUID } from '../ids.ts'

/*
 * Path, query and form parameters as JAX-RS reads them: always text. The OpenAPI document uses the metadata of these
 * schemas.
 */

/** Defines a parameter by its parser (which returns undefined if the text is invalid) and its JSON Schema. */
export const parameter = <T>(read: (text: string) => T | undefined, description: Record<string, unknown>) =>
  z
    .string()
    .transform((value, context) => {
      const result = read(value)
      if (result !== undefined) return result
      context.addIssue({ code: 'custom', message: 'malformed' })
      return z.NEVER
    })
    .meta(description)

export const textParameter = z.string()

export const intParameter = parameter(readInt, { type: 'integer', format: 'int32' })

/** As lenient as java.util.UUID#fromString. */
export const uuidParameter = parameter(parseUuid, { type: 'string', format: 'uuid', pattern: UUID.source })

/** The same as text, for where a malformed one is another error than JAX-RS's. */
export const uuidText = z.string().meta({ format: 'uuid', pattern: UUID.source })

/** `true` in any case is true, anything else false. */
export const flagParameter = parameter((text) => text.toLowerCase() === 'true', { type: 'boolean' })

/** An OffsetDateTime, as the database writes times. */
export const timeParameter = parameter(readTime, { type: 'string', format: 'date-time' })

/** The parameters of lists (concord-api §1). */
export const pageQuery = { offset: intParameter, limit: intParameter }
export const listQuery = { ...pageQuery, filter: textParameter }

/** The query parameters passed to handlers: undefined if absent. */
export type Values<Q> = { [N in keyof Q]: Q[N] extends z.ZodType ? z.output<Q[N]> | undefined : never }
export type ListQuery = Values<typeof listQuery>

function readInt(text: string): number | undefined {
  if (!/^[+-]?\d{1,10}$/.test(text)) return undefined
  const value = Number(text)
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined
}

const OFFSET_DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:\d\d)?)$/

function readTime(text: string): string | undefined {
  if (!OFFSET_DATE_TIME.test(text)) return undefined
  // JavaScript requires minutes in an offset.
  const time = new Date(text.replace(/([+-]\d\d)$/, '$1:00'))
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
