#!/usr/bin/env node
// `npm run check`: checks that imports, including those of types, go one way: no circles between files and folders in
// server/ and src/, and the order of the rooms of server/ (docs/architecture.md).
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** Each room may import the rooms on the lines above it, but not on its own line. */
const ROOMS = [
  ['addresses.ts', 'errors.ts', 'ids.ts', 'log.ts', 'waiting'],
  ['directory', 'json', 'vault', 'violations.ts'],
  ['config.ts'],
  ['db'],
  ['principal.ts'],
  ['actor.ts'],
  ['audit'],
  ['services.ts'],
  ['http'],
  ['access', 'gateway', 'health'],
  ['sessions'],
  ['users'],
  ['auth', 'orgs'],
  ['teams'],
  ['secrets'],
  ['projects'],
  ['account', 'apiKeys', 'auditLog', 'openapi', 'policies', 'processes'],
  ['console', 'usage'],
  ['app.ts', 'firstRun', 'site.ts'],
  ['process'],
  ['main.ts'],
]

const ROUTES = /^server\/.*[rR]outes\.ts$/
const HTTP = /^server\/(app\.ts$|http\/|auth\/|.*[rR]outes\.ts$)/

/**
 * Imports that are limited to some files of the server.
 * @type {{ from: RegExp, to: RegExp, only: RegExp, why: string }[]}
 */
const RULES = [
  {
    from: /^server\//,
    to: /^(hono|@hono)(\/|$)|^server\/http\/call\.ts$/,
    only: new RegExp(`${HTTP.source}|^server/(main|process/control)\\.ts$`),
    why: 'the domain knows no HTTP: it takes an Actor',
  },
  { from: /^server\//, to: ROUTES, only: /^server\/app\.ts$|[rR]outes\.ts$/, why: 'app.ts alone puts routes together' },
  { from: /^server\/vault\//, to: /^server\/(?!vault\/|waiting\/)/, only: /^$/, why: 'vault/ stands alone' },
]

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const sources = ['server', 'src'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((file) => /\.tsx?$/.test(file) && !/\.test(-d)?\./.test(file)),
)

const IMPORT = /^import\b[^'"]*'([^']+)'|^export\b[^'"=]*\bfrom '([^']+)'|\bimport\('([^']+)'/gm

/** Files by their path from the root, packages by name. */
const imports = sources.flatMap((from) =>
  [...readFileSync(join(ROOT, from), 'utf8').matchAll(IMPORT)].map(([, ...targets]) => {
    const target = targets.find((each) => each !== undefined) ?? ''
    return { from, to: target.startsWith('.') ? posix.join(dirname(from), target) : target.replace(/^#/, 'src/') }
  }),
)
const betweenSources = imports.filter(({ to }) => sources.includes(to))

const mistakes = [...circles(), ...wrongOrder(), ...brokenRules()]
for (const mistake of mistakes) console.error(mistake)
if (mistakes.length > 0) process.exit(1)
console.log(`${imports.length} imports of ${sources.length} files: no circle, and the server's rooms in order`)

/** Returns one circle for each folder that has any, with an import for each step. */
function circles() {
  /** @type {Map<string, Map<string, Map<string, string>>>} folder → entry → entry that it imports → an example */
  const folders = new Map()
  for (const { from, to } of betweenSources) {
    const [a, b] = [from.split('/'), to.split('/')]
    const depth = a.findIndex((part, i) => part !== b[i])
    const [entry = '', target = ''] = [a[depth], b[depth]]
    const entries = ensure(folders, a.slice(0, depth).join('/'), () => new Map())
    ensure(entries, entry, () => new Map()).set(target, `${from} → ${to}`)
  }
  return [...folders].flatMap(([folder, entries]) => {
    const circle = circleOf(entries)
    return circle ? [`A circle in ${folder || 'the root'}:\n  ${circle.join('\n  ')}`] : []
  })
}

/**
 * @template K, V
 * @param {Map<K, V>} map
 * @param {K} key
 * @param {() => V} make
 * @returns {V}
 */
function ensure(map, key, make) {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

/** @param {Map<string, Map<string, string>>} entries */
function circleOf(entries) {
  const done = new Set()
  /** @type {(entry: string, path: { entry: string, example: string }[]) => string[] | undefined} */
  const visit = (entry, path) => {
    const start = path.findIndex((step) => step.entry === entry)
    if (start >= 0) return path.slice(start).map(({ example }) => example)
    if (done.has(entry)) return undefined
    for (const [target, example] of entries.get(entry) ?? []) {
      const circle = visit(target, [...path, { entry, example }])
      if (circle) return circle
    }
    done.add(entry)
    return undefined
  }
  for (const entry of entries.keys()) {
    const circle = visit(entry, [])
    if (circle) return circle
  }
  return undefined
}

function wrongOrder() {
  const lines = new Map(ROOMS.flatMap((rooms, line) => rooms.map((room) => [room, line])))
  const roomOf = (/** @type {string} */ file) => file.split('/')[1] ?? ''
  const rooms = new Set(sources.filter((file) => file.startsWith('server/')).map(roomOf))
  const unknown = [...rooms].filter((room) => !lines.has(room)).map((room) => `server/${room} has no place in ROOMS`)
  const document = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
  const undescribed = [...rooms]
    .filter((room) => !document.includes(`](../server/${room})`))
    .map((room) => `docs/architecture.md does not describe server/${room}`)
  const gone = [...lines.keys()].filter((room) => !rooms.has(room)).map((room) => `ROOMS: there is no server/${room}`)
  const upward = betweenSources.filter(({ from, to }) => {
    const [a, b] = [lines.get(roomOf(from)), lines.get(roomOf(to))]
    return from.startsWith('server/') && roomOf(from) !== roomOf(to) && a !== undefined && b !== undefined && b >= a
  })
  return [
    ...unknown,
    ...undescribed,
    ...gone,
    ...upward.map(({ from, to }) => `${from} → ${to}: ${roomOf(to)} is not below it`),
  ]
}

function brokenRules() {
  return RULES.flatMap((rule) =>
    imports
      .filter(({ from, to }) => rule.from.test(from) && rule.to.test(to) && !rule.only.test(from))
      .map(({ from, to }) => `${from} → ${to}: ${rule.why}`),
  )
}
