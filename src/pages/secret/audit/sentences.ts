import type { AccessLevel, AuditEntry } from '#api/types.ts'
import { levelWord } from '#concord/rights.ts'
import { loginOf } from '#concord/words.ts'

/** A piece of a sentence: words, or the name of something. */
export type Part = string | { name: string }

/** Names for the ids that entries have. What is missing is shown as its id. */
export type Names = { teams: Map<string, string>; projects: Map<string, string>; orgs: Map<string, string> }

/** say`moved it to ${orgName}`: what is put in are names. */
const say = (words: TemplateStringsArray, ...names: string[]): Part[] =>
  words.flatMap((text, index): Part[] => {
    const name = names[index]
    return name === undefined ? [text] : [text, { name }]
  })

export const plain = (parts: Part[]) => parts.map((part) => (typeof part === 'string' ? part : part.name)).join('')

const SOURCES: Record<string, string> = {
  UI: 'console',
  API_REQUEST: 'API',
  PROCESS: 'process',
  SYSTEM: 'the server itself',
}

/** From where: `console, 10.0.0.7`. A process is named by its full id. */
export function sourceOf({ details }: AuditEntry): string {
  const { actionSource, requestIp } = details ?? {}
  const via = SOURCES[actionSource?.type ?? ''] ?? actionSource?.type
  const what = actionSource?.instanceId ? `${via} ${actionSource.instanceId}` : via
  return [what, requestIp].filter(Boolean).join(', ') || 'unknown'
}

/** What was done, one sentence per thing, each to be read after the name of who did it (concord-api §11). */
export function sentencesOf({ action, details = {} }: AuditEntry, names: Names): Part[][] {
  switch (action) {
    case 'CREATE':
      return [created(details)]
    case 'DELETE':
      return [say`deleted it`]
    case 'ACCESS':
      return [accessed(details, names)]
    case 'UPDATE': {
      const said = [...accessChanged(details, names), ...changed(details, names)]
      return said.length ? said : [say`saved it without changing anything`]
    }
    default:
      return [[`did “${action}”`]]
  }
}

type Details = Record<string, unknown>

function created({ name, type, storeType }: Details): Part[] {
  const kind = typeWords[text(type) ?? ''] ?? text(type)
  const store = text(storeType)
  return [
    ...say`created it`,
    ...(text(name) ? say` as ${text(name) ?? ''}` : []),
    kind ? `, ${kind}` : '',
    // Another store is rare, and worth knowing.
    store && store.toLowerCase() !== 'concord' ? `, in the store ${store}` : '',
  ]
}

const typeWords: Record<string, string> = {
  KEY_PAIR: 'a key pair',
  USERNAME_PASSWORD: 'a username and password',
  DATA: 'a single value',
}

function accessed({ scope, type }: Details, { projects }: Names): Part[] {
  const { name, projectId } = object(scope)
  if (name === 'apiAccess') return say`read the value`
  if (name === 'projectAccess') {
    const id = text(projectId) ?? ''
    return say`read the value in a process of the project ${projects.get(id) ?? id}`
  }
  // Concord writes this scope for the public key, and for each use by the server itself: cloning a repository.
  if (name === 'internal')
    return type === 'KEY_PAIR'
      ? say`read the public key, or had a repository use the pair`
      : say`had the server use it, as for a repository`
  return text(name) ? say`used it (${text(name) ?? ''})` : say`used it`
}

function accessChanged({ access }: Details, { teams }: Names): Part[][] {
  if (access === undefined) return []
  const { teams: list, replace } = object(access)
  const grants = Array.isArray(list) ? list.map(object) : []
  if (!grants.length) return [say`changed access: no team has any now`]
  const said = grants.flatMap(({ id, level }, index): Part[] => {
    const word = levelWord[level as AccessLevel] ?? text(level) ?? 'an unknown level'
    return [index ? ', ' : '', { name: teams.get(text(id) ?? '') ?? text(id) ?? 'an unknown team' }, ` ${word}`]
  })
  return [[replace === false ? 'gave access to ' : 'changed access to ', ...said]]
}

/** `prev` and `new` have only what changed; a key that is missing on one side was empty there. */
function changed({ changes }: Details, names: Names): Part[][] {
  const { prev, new: next, updated } = object(changes)
  const [was, is, rewritten] = [object(prev), object(next), object(updated)]
  const keys = new Set([...Object.keys(was), ...Object.keys(is)])
  const take = (...known: string[]) => known.map((key) => keys.delete(key)).some(Boolean)

  const said: Part[][] = []
  if (take('name')) said.push(say`renamed it from ${text(was.name) ?? '?'} to ${text(is.name) ?? '?'}`)
  if (take('orgId', 'orgName')) said.push(say`moved it from ${orgOf(was, names)} to ${orgOf(is, names)}`)
  if (take('visibility')) said.push(madeVisible(was.visibility, is.visibility))
  if (take('owner')) said.push(say`made ${ownerOf(is.owner)} the owner instead of ${ownerOf(was.owner)}`)
  if (take('projects', 'projectId', 'projectName')) said.push(relinked(projectsOf(was, names), projectsOf(is, names)))
  if (take('type')) said.push(say`turned it from ${kindOf(was.type)} into ${kindOf(is.type)}`)
  if (rewritten.data) said.push(say`changed the value`)
  if (rewritten.password) said.push(say`changed the store password`)
  // Only says when the value or the password changed: the entry has its own date.
  if (take('lastUpdatedAt') && !rewritten.data && !rewritten.password) said.push(say`had the value encrypted again`)
  for (const key of keys) said.push(say`changed ${key} from ${shown(was[key])} to ${shown(is[key])}`)
  return said
}

const madeVisible = (was: unknown, is: unknown): Part[] =>
  is === 'PUBLIC' || is === 'PRIVATE'
    ? [`made it ${is.toLowerCase()}`]
    : say`changed visibility from ${shown(was)} to ${shown(is)}`

const kindOf = (type: unknown) => typeWords[text(type) ?? ''] ?? shown(type)

function orgOf({ orgName, orgId }: Details, { orgs }: Names) {
  return text(orgName) ?? orgs.get(text(orgId) ?? '') ?? text(orgId) ?? '?'
}

const ownerOf = (owner: unknown) => loginOf(object(owner)) ?? 'nobody'

/** 2.44 has an object of projects keyed by a hash; 2.11.1 a single id and name. */
function projectsOf({ projects, projectId, projectName }: Details, names: Names): string[] {
  const many = Object.values(object(projects)).map(object)
  const single = projectId === undefined && projectName === undefined ? [] : [{ id: projectId, name: projectName }]
  return [...many, ...single].map(({ id, name }) => text(name) ?? names.projects.get(text(id) ?? '') ?? text(id) ?? '?')
}

function relinked(was: string[], is: string[]): Part[] {
  const added = is.filter((name) => !was.includes(name))
  const removed = was.filter((name) => !is.includes(name))
  const parts: Part[] = []
  if (added.length) parts.push('allowed it for ', ...listed(added))
  if (removed.length) parts.push(added.length ? ', no longer for ' : 'removed it from ', ...listed(removed))
  return parts.length ? parts : ['changed its projects']
}

const listed = (names: string[]): Part[] => names.flatMap((name, index) => [index ? ', ' : '', { name }])

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const object = (value: unknown): Details => (typeof value === 'object' && value !== null ? (value as Details) : {})
const shown = (value: unknown) =>
  text(value) ?? (value === undefined || value === null ? 'nothing' : JSON.stringify(withoutSecrets(value)))

const SECRET_KEY = /passw|passphrase|privatekey|^private$|^data$|^value$|token|apikey|credential/i

/** Concord writes no values to its log. If a server ever does, they are hidden here; booleans are shown. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEY.test(key) && typeof inner !== 'boolean' ? '(hidden)' : withoutSecrets(inner),
    ]),
  )
}
