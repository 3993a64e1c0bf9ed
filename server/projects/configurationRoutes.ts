import type { Hono } from 'hono'
import { z } from 'zod'
import { requireProject } from '../access/rules.ts'
import type { Reader } from '../db/open.ts'
import { textError } from '../errors.ts'
import { type Call, callerOf, type Env, principalOf } from '../http/call.ts'
import { operation, resource } from '../http/operation.ts'
import { jsonText, RawJson } from '../json/write.ts'
import { requireOrg } from '../orgs/store.ts'
import { type Principal, userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { checkNames } from '../violations.ts'
import { configurationValue, removeConfiguration, setConfiguration } from './configuration.ts'
import { requireProjectRow } from './store.ts'

const CONFIGURATION = '/api/v1/org/:orgName/project/:projectName/cfg'

const anything = z.unknown()

interface ProjectPath {
  orgName: string
  projectName: string
}

/** The configuration of a project, and its values by path: Concord's ProjectResource. */
export function configurationRoutes(app: Hono<Env>, { db }: Services) {
  async function get(c: Call, project: ProjectPath, path: string[]) {
    checkProject(project, 'getConfiguration')
    const found = await projectOf(db, principalOf(c), project)
    await requireProject(db, principalOf(c), found.project, 'READER', 'open')
    const value = configurationValue(found.project, path)
    if (value !== undefined) return answerWith(c, value)
    if (path.length > 0) throw textError(404, `Value not found: /${path.join('/')}`)
    return {}
  }

  async function replace(c: Call, project: ProjectPath, path: string[], value: unknown) {
    checkProject(project, 'updateConfiguration')
    await db.transaction().execute(async (trx) => {
      const found = await projectOf(trx, principalOf(c), project)
      await setConfiguration(trx, callerOf(c), found.org, found.project, path, value)
    })
    return { ok: true, result: 'UPDATED' }
  }

  async function remove(c: Call, project: ProjectPath, path: string[]) {
    checkProject(project, 'deleteConfiguration')
    await db.transaction().execute(async (trx) => {
      const found = await projectOf(trx, principalOf(c), project)
      await removeConfiguration(trx, callerOf(c), found.org, found.project, path)
    })
    return { ok: true, result: 'DELETED' }
  }

  resource(app, CONFIGURATION, {
    GET: operation({ summary: 'Get the configuration of a project' }, (c, { path }) => get(c, path, [])),
    PUT: operation({ summary: 'Replace the configuration of a project', body: anything }, (c, { path, body }) =>
      replace(c, path, [], body),
    ),
    DELETE: operation({ summary: 'Delete the configuration of a project' }, (c, { path }) => remove(c, path, [])),
  })

  resource(app, `${CONFIGURATION}/:path{.+}`, {
    GET: operation({ summary: 'Get a value of the configuration' }, (c, { path }) => get(c, path, namesIn(path.path))),
    PUT: operation({ summary: 'Replace a value of the configuration', body: anything }, (c, { path, body }) =>
      replace(c, path, namesIn(path.path), body),
    ),
    DELETE: operation({ summary: 'Delete a value of the configuration' }, (c, { path }) =>
      remove(c, path, namesIn(path.path)),
    ),
  })
}

const checkProject = ({ orgName, projectName }: ProjectPath, method: string) =>
  checkNames(`ProjectResource.${method}`, { arg0: orgName, arg1: projectName })

/** Empty names are ignored, and so is a trailing slash. */
const namesIn = (path: string) => path.split('/').filter((name) => name !== '')

/** The project in the path, for every caller with a user. */
async function projectOf(db: Reader, who: Principal, { orgName, projectName }: ProjectPath) {
  const org = await requireOrg(db, orgName)
  userOf(who)
  return { org, project: await requireProjectRow(db, org.id, projectName) }
}

/** RESTEasy writes a string without quotes, labelled as JSON. */
function answerWith(c: Call, value: unknown) {
  if (typeof value === 'string') return c.body(value, 200, { 'Content-Type': 'application/json' })
  return new RawJson(jsonText(value))
}
