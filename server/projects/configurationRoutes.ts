import type { Hono } from 'hono'
import { z } from 'zod'
import { requireProject } from '../access/rules.ts'
import { readExactJsonColumn } from '../db/json.ts'
import type { Db, Reader } from '../db/open.ts'
import type { ProjectRow } from '../db/schema.ts'
import { javaError, textError, validationError } from '../errors.ts'
import type { Call, Env } from '../http/call.ts'
import { callerOf, principalOf } from '../http/call.ts'
import { operation, param, readOptionalJson, resource } from '../http/operation.ts'
import { isNumber } from '../json/numbers.ts'
import { jsonText, RawJson } from '../json/write.ts'
import { requireOrg } from '../orgs/store.ts'
import { userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { checkNames } from '../violations.ts'
import { requireProjectRow } from './store.ts'
import { recordProject } from './write.ts'

type Configuration = Record<string, unknown>

const anything = z.unknown()

/**
 * The configuration that a project's `cfg` holds, and the values in it by their path: ProjectResource and
 * ConfigurationUtils, whose errors are 500s.
 */
export function configurationRoutes(app: Hono<Env>, services: Services) {
  declare(app, services, '/api/v1/org/:orgName/project/:projectName/cfg', 'the configuration of a project')
  declare(app, services, '/api/v1/org/:orgName/project/:projectName/cfg/:path{.+}', 'a value of the configuration')
}

function declare(app: Hono<Env>, { db }: Services, route: string, what: string) {
  resource(app, route, {
    GET: operation({ summary: `Get ${what}` }, async (c) => {
      checkPath(c, 'getConfiguration')
      const path = pathOf(c)
      const { project } = await findProject(db, c)
      await requireProject(db, principalOf(c), project, 'READER', 'open')
      const value = valueAt(configurationOf(project), path)
      if (value !== undefined) return answerWith(c, value)
      if (path.length > 0) throw textError(404, `Value not found: /${path.join('/')}`)
      return {}
    }),
    PUT: {
      summary: `Replace ${what}`,
      body: anything,
      consumes: 'application/json',
      handle: async (c) => {
        const value = await readOptionalJson(c, anything)
        checkPath(c, 'updateConfiguration')
        const path = pathOf(c)
        await change(db, c, (before) => {
          if (path.length > 0) return withValue(before ?? {}, path, value)
          if (!isConfiguration(value)) throw validationError('Expected a JSON object')
          return value
        })
        return { ok: true, result: 'UPDATED' }
      },
    },
    DELETE: operation({ summary: `Delete ${what}` }, async (c) => {
      checkPath(c, 'deleteConfiguration')
      const path = pathOf(c)
      await change(db, c, (before) => (path.length > 0 ? withoutValue(before ?? {}, path) : null))
      return { ok: true, result: 'DELETED' }
    }),
  })
}

const checkPath = (c: Call, method: string) =>
  checkNames(`ProjectResource.${method}`, { arg0: param(c, 'orgName'), arg1: param(c, 'projectName') })

/** Empty names do not count, so that a slash at the end does not either. */
const pathOf = (c: Call) => (c.req.param('path') ?? '').split('/').filter((name) => name !== '')

async function findProject(db: Reader, c: Call) {
  const org = await requireOrg(db, param(c, 'orgName'))
  userOf(principalOf(c))
  return { org, project: await requireProjectRow(db, org.id, param(c, 'projectName')) }
}

/** RESTEasy writes a text as it is, and calls it JSON all the same. */
function answerWith(c: Call, value: unknown) {
  if (typeof value === 'string') return c.body(value, 200, { 'Content-Type': 'application/json' })
  return new RawJson(jsonText(value))
}

async function change(db: Db, c: Call, act: (before: Configuration | undefined) => Configuration | null) {
  await db.transaction().execute(async (trx) => {
    const { org, project } = await findProject(trx, c)
    await requireProject(trx, principalOf(c), project, 'WRITER', 'strict')
    const after = act(configurationOf(project))
    const cfg = after && jsonText(after)
    await trx.updateTable('projects').set({ cfg }).where('id', '=', project.id).execute()
    // Concord records nothing. Here it is as when `cfg` is sent with the project: that it was changed, and no value.
    await recordProject(trx, callerOf(c), 'UPDATE', project, org.name, {})
  })
}

const configurationOf = ({ cfg }: ProjectRow): Configuration | undefined => readExactJsonColumn(cfg)

const isConfiguration = (value: unknown): value is Configuration =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumber(value)

/** ConfigurationUtils#get: undefined where there is nothing. */
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

/** The object that a value is, or is to be, in; undefined where there is none. */
function holderOf(configuration: Configuration, path: string[]): Configuration | undefined {
  const holder = valueAt(configuration, path.slice(0, -1))
  if (holder === undefined || isConfiguration(holder)) return holder
  throw javaError('java.lang.IllegalArgumentException', `Value should be contained in a JSON object: ${path.join('/')}`)
}

/** ConfigurationUtils#set, which makes nothing on the way. */
function withValue(configuration: Configuration, path: string[], value: unknown): Configuration {
  const holder = holderOf(configuration, path)
  if (!holder) throw javaError('java.lang.NullPointerException', 'Cannot invoke "java.util.Map.put(Object, Object)"')
  // Not by assignment: a value may be called `__proto__`.
  Object.defineProperty(holder, path.at(-1) ?? '', { value, enumerable: true, configurable: true, writable: true })
  return configuration
}

/** ConfigurationUtils#delete. */
function withoutValue(configuration: Configuration, path: string[]): Configuration {
  const holder = holderOf(configuration, path)
  if (holder) delete holder[path.at(-1) ?? '']
  return configuration
}
