import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/*
 * Rules about the source as a whole that docs/security.md relies on.
 */

const ROOT = join(import.meta.dirname, '../..')

/** The production code: no tests, and nothing that only tests import. */
const ONLY_FOR_TESTS = /\.test\.tsx?$|\/testing\.ts$|\/slapd\.ts$|\/serverProcess\.ts$/
const sources = ['server', 'src']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .filter((file) => /\.tsx?$/.test(file) && !ONLY_FOR_TESTS.test(file))
  .sort()
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))

const filesWith = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file)
const readJson = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))

test('finds the sources', () => {
  expect(sources.length).toBeGreaterThan(200)
  expect(filesWith(/export function createApp/)).toEqual(['server/app.ts'])
})

test('every package has an exact version and a hash of its content', () => {
  const { dependencies, devDependencies, overrides } = readJson('package.json')
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...overrides })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
  }
  const packages = Object.entries<{ integrity?: string; resolved?: string }>(readJson('package-lock.json').packages)
  expect(packages.length).toBeGreaterThan(100)
  for (const [name, { integrity, resolved }] of packages) {
    if (name === '') continue
    expect(integrity, name).toMatch(/^sha512-/)
    // A URL would bypass the registry that the installing user has configured.
    expect(resolved, name).toBeUndefined()
  }
})

test.each([
  ['libsql', ['server/db/open.ts']],
  ['ldapts', ['server/directory/ldap.ts']],
  ['re2js', ['server/access/policies/patterns.ts']],
])('%s is imported only where it is wrapped', (name, files) => {
  expect(filesWith(new RegExp(`from '${name}[/']`))).toEqual(files)
})

test('ciphers and keys are made in server/vault only', () => {
  const others = sources.filter(({ file }) => !file.startsWith('server/vault/'))
  const imported = others.flatMap(({ text }) =>
    [...text.matchAll(/import \{([^}]*)\} from 'node:crypto'/g)].flatMap(([, names = '']) => names.split(',')),
  )
  const names = new Set(imported.map((name) => name.trim().replace('type ', '')))
  expect(names).toContain('randomUUID')
  for (const harmless of ['KeyObject', 'createHash', 'randomBytes', 'randomUUID']) names.delete(harmless)
  expect([...names]).toEqual([])
  expect(filesWith(/crypto\.subtle\.(encrypt|decrypt|deriveKey|deriveBits)|Math\.random/)).toEqual([])
})

test('text is never run: no eval, no HTML in strings, no shell', () => {
  expect(filesWith(/\beval\(|new Function\(|import\([^'"]|node:child_process|node:vm\b/)).toEqual([])
  expect(filesWith(/dangerouslySetInnerHTML|\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write/)).toEqual([])
})

test('SQL is written with parameters', () => {
  const inMigrations = (file: string) => file.startsWith('server/db/migrations/')
  // Triggers take no parameters; these are numbers from the settings.
  expect(filesWith(/sql\.raw\(/).filter((file) => !inMigrations(file))).toEqual(['server/access/quotas.ts'])
  // The path of a JSON field, one of a fixed list, must be a literal to use the index; a PRAGMA takes no parameters.
  expect(filesWith(/sql\.lit\(/).filter((file) => !inMigrations(file))).toEqual([
    'server/auditLog/list.ts',
    'server/db/writeAheadLog.ts',
  ])
  expect(filesWith(/\.(exec|prepare)\(`[^`]*\$\{/)).toEqual([])
})

test('connects only to the configured directory and Concord, and the console only to its own server', () => {
  const connecting =
    /\bfetch\(|\.request\(\{|XMLHttpRequest|WebSocket|EventSource|sendBeacon|createConnection|connect\(\{/
  expect(filesWith(connecting)).toEqual([
    'server/directory/ldap.ts',
    'server/gateway/gateway.ts',
    'server/gateway/health.ts',
    'src/api/http.ts',
    'src/api/unreachable.ts',
    'src/early/inline.ts',
  ])
})

test('the browser stores only names and ids, whether there was a session, and choices of its user', () => {
  expect(filesWith(/sessionStorage/)).toEqual(['src/api/tabMemory.ts'])
  expect(filesWith(/localStorage/)).toEqual([
    'src/api/visits.ts',
    'src/early/knownSession.ts',
    'src/early/theme.ts',
    'src/pages/help/shortcuts.ts',
  ])
  expect(filesWith(/indexedDB|document\.cookie|caches\.open/)).toEqual([])
})
