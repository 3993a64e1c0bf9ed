import { requireProject } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { readExactJsonColumn } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import type { OrgRow, ProjectRow } from '../db/schema.ts'
import { javaError, validationError } from '../errors.ts'
import { isNumber } from '../json/numbers.ts'
import { jsonText } from '../json/write.ts'
import { recordProject } from './write.ts'

/*
 * A project's configuration, `cfg`, and its values by path, a list of names: Concord's ConfigurationUtils, whose errors
 * are 500s. An empty path is the configuration itself.
 */

type Configuration = Record<string, unknown>

/** Returns the value at a path; undefined if there is none. */
export const configurationValue = (project: ProjectRow, path: string[]): unknown =>
  valueAt(configurationOf(project), path)

/** Sets the value at a path. */
export function setConfiguration(
  trx: Trx,
  caller: Caller,
  org: OrgRow,
  project: ProjectRow,
  path: string[],
  value: unknown,
) {
  return change(trx, caller, org, project, (before) => {
    if (path.length > 0) return withValue(before ?? {}, path, value)
    if (!isConfiguration(value)) throw validationError('Expected a JSON object')
    return value
  })
}

/** Removes the value at a path. */
export function removeConfiguration(trx: Trx, caller: Caller, org: OrgRow, project: ProjectRow, path: string[]) {
  return change(trx, caller, org, project, (before) => (path.length > 0 ? withoutValue(before ?? {}, path) : null))
}

async function change(
  trx: Trx,
  caller: Caller,
  org: OrgRow,
  project: ProjectRow,
  act: (before: Configuration | undefined) => Configuration | null,
) {
  await requireProject(trx, caller.who, project, 'WRITER', 'strict')
  const after = act(configurationOf(project))
  const cfg = after && jsonText(after)
  await trx.updateTable('projects').set({ cfg }).where('id', '=', project.id).execute()
  // Concord records nothing. Here the entry is the same as when `cfg` is sent with the project: no values.
  await recordProject(trx, caller, 'UPDATE', project, org.name, {})
}

const configurationOf = ({ cfg }: ProjectRow): Configuration | undefined => readExactJsonColumn(cfg)

const isConfiguration = (value: unknown): value is Configuration =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumber(value)

/** ConfigurationUtils#get: returns undefined if there is no value. */
function valueAt(configuration: Configuration | undefined, path: string[]): unknown {
  let value: unknown = configuration
  for (const [i, name] of path.entries()) {
    if (!isConfiguration(value)) {
      if (i === 0) return undefined
      throw javaError('java.lang.IllegalArgumentException', 'Invalid data type, expected JSON object')
    }
    if (!Object.hasOwn(value, name) || value[name] === null) return undefined
    value = value[name]
  }
  return value
}

/** The object that contains, or would contain, a value; undefined if there is none. */
function holderOf(configuration: Configuration, path: string[]): Configuration | undefined {
  const holder = valueAt(configuration, path.slice(0, -1))
  if (holder === undefined || isConfiguration(holder)) return holder
  throw javaError('java.lang.IllegalArgumentException', `Value should be contained in a JSON object: ${path.join('/')}`)
}

/** ConfigurationUtils#set, which creates no intermediate objects. */
function withValue(configuration: Configuration, path: string[], value: unknown): Configuration {
  const holder = holderOf(configuration, path)
  if (!holder) throw javaError('java.lang.NullPointerException', 'Cannot invoke "java.util.Map.put(Object, Object)"')
  // Not by assignment, because a value may be called `__proto__`.
  Object.defineProperty(holder, path.at(-1) ?? '', { value, enumerable: true, configurable: true, writable: true })
  return configuration
}

/** ConfigurationUtils#delete. */
function withoutValue(configuration: Configuration, path: string[]): Configuration {
  const holder = holderOf(configuration, path)
  if (holder) delete holder[path.at(-1) ?? '']
  return configuration
}
