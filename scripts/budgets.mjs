// Measures the built console against the budgets: `node scripts/budgets.mjs`, after a build.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { ROOT } from './ensure.mjs'

const CLIENT = join(ROOT, 'dist', 'client')
const ENTRY = 'index.html'
const LOGIN = [ENTRY]
/** The first visit: sign in, the list of organizations, the secrets of one. */
const FIRST_LIST = [
  ...LOGIN,
  'src/pages/Frame.tsx',
  'src/pages/org/OrganizationListPage.tsx',
  'src/pages/secret/SecretListPage.tsx',
]

/** @typedef {Record<string, { file: string, css?: string[], imports?: string[] }>} Manifest as Vite writes it */

/** Returns every budget as `{ name, ok, said }`; 1 kB is 1,000 bytes of gzip. */
export function checkBudgets() {
  /** @type {Manifest} */
  const manifest = JSON.parse(readFileSync(join(CLIENT, '.vite', 'manifest.json'), 'utf8'))
  const chunks = Object.values(manifest).filter(({ file }) => file.endsWith('.js'))
  const styles = [...new Set(Object.values(manifest).flatMap(({ css = [] }) => css))]
  const first = filesOf(manifest, [ENTRY])
  const lazy = chunks.map(({ file }) => file).filter((file) => !first.has(file))
  const heaviest = lazy.map((file) => ({ file, bytes: gzipped(file) })).sort((a, b) => b.bytes - a.bytes)[0]
  return [
    budget('JavaScript of the sign-in page', sum(filesOf(manifest, LOGIN)), 90),
    budget('all of the sign-in page', sum([ENTRY, ...filesOf(manifest, LOGIN), ...stylesOf(manifest, LOGIN)]), 100),
    budget('JavaScript up to the first list', sum(filesOf(manifest, FIRST_LIST)), 150),
    budget(`heaviest lazy chunk (${heaviest?.file})`, heaviest?.bytes ?? 0, 60),
    budget('style sheets', sum(styles), 35),
    noOtherHost(),
    noOtherColour(),
  ]
}

/**
 * @param {string} name
 * @param {number} bytes
 * @param {number} most
 */
function budget(name, bytes, most) {
  const kilobytes = bytes / 1000
  return { name, ok: kilobytes <= most, said: `${name}: ${kilobytes.toFixed(1)} kB of ${most} kB` }
}

/**
 * Returns the scripts that the given entries load, including their imports.
 * @param {Manifest} manifest
 * @param {string[]} entries
 */
function filesOf(manifest, entries) {
  /** @type {Set<string>} */
  const seen = new Set()
  const visit = (/** @type {string} */ key) => {
    const chunk = manifest[key]
    if (!chunk) throw new Error(`The build has no ${key}. If the page has moved, update scripts/budgets.mjs.`)
    if (seen.has(chunk.file)) return
    seen.add(chunk.file)
    for (const imported of chunk.imports ?? []) visit(imported)
  }
  for (const entry of entries) visit(entry)
  return seen
}

/**
 * Returns the style sheets of the given entries.
 * @param {Manifest} manifest
 * @param {string[]} entries
 */
const stylesOf = (manifest, entries) => entries.flatMap((entry) => manifest[entry]?.css ?? [])

/**
 * Returns what a page loads by itself: URLs in the HTML, in style sheets, in imports. (The stories watch the requests.)
 */
function noOtherHost() {
  const name = 'nothing from another host'
  const patterns = {
    '.html': /(?:src|href)=["'](?:https?:)?\/\/[^"']+/g,
    '.css': /(?:url\(\s*["']?|@import\s*["'])(?:https?:)?\/\/[^"')]+/g,
    '.js': /\b(?:import|from)\s*\(?\s*["'`](?:https?:)?\/\/[^"'`]+/g,
  }
  const found = readdirSync(CLIENT, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
    const pattern = Object.entries(patterns).find(([extension]) => file.endsWith(extension))?.[1]
    return pattern ? (readFileSync(join(CLIENT, file), 'utf8').match(pattern) ?? []) : []
  })
  return { name, ok: found.length === 0, said: found.length === 0 ? name : `${name}: ${found.join(', ')}` }
}

/** Returns colours of Semantic that are left in the style sheets: ours are pairs of `light-dark()`. */
function noOtherColour() {
  const name = 'no colour without a dark one'
  const css = readdirSync(CLIENT, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.css'))
    .map((file) => readFileSync(join(CLIENT, file), 'utf8'))
    .join('\n')
  const pairs = /light-dark\([^()]*(?:\([^()]*\)[^()]*)*\)/g
  // #0000 is transparent.
  const found = css.replaceAll(pairs, '').match(/(?<=:[^{}]*)(?:#(?!0000\b)[\da-f]{3,8}\b|\brgba?\()/g) ?? []
  return { name, ok: found.length === 0, said: found.length === 0 ? name : `${name}: ${found.join(', ')}` }
}

/** @param {Iterable<string>} files */
const sum = (files) => [...files].reduce((total, file) => total + gzipped(file), 0)
/** @param {string} file */
const gzipped = (file) => gzipSync(readFileSync(join(CLIENT, file)), { level: 9 }).length

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const budgets = checkBudgets()
  for (const { ok, said } of budgets) console.log(`${ok ? 'ok  ' : 'OVER'} ${said}`)
  process.exitCode = budgets.every(({ ok }) => ok) ? 0 : 1
}
