#!/usr/bin/env node
// `npm run release-check`: checks what a release needs besides passing tests. Writes the bill of materials (CycloneDX)
// and the licences of all packages in production to dist/release.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { ROOT } from './ensure.mjs'

/** These require only that their text is kept. Read any other licence before you add it. */
const LICENCES = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT']
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/

const OUT = join(ROOT, 'dist', 'release')
/** @param {string} file */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))
const manifest = readJson(join(ROOT, 'package.json'))
const lock = readJson(join(ROOT, 'package-lock.json'))

mkdirSync(OUT, { recursive: true })
const results = Object.entries({
  'the working tree has no changes': cleanTree,
  'every version is exact': exactVersions,
  'package-lock.json is that of package.json': sameVersions,
  'every licence is one of those that are allowed': licences,
  'the bill of materials': billOfMaterials,
  'no package has a known vulnerability': audit,
}).map(([rule, check]) => {
  const { ok, said } = check()
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${rule}${said ? `: ${said}` : ''}`)
  return ok
})
process.exitCode = results.every((ok) => ok) ? 0 : 1

function cleanTree() {
  const { status, stdout, error } = run('git', ['status', '--porcelain'])
  if (status !== 0) return { ok: false, said: `git status failed${error ? ` (${error.message})` : ''}` }
  const changed = stdout.split('\n').filter((line) => line !== '')
  return { ok: changed.length === 0, said: changed.map((line) => line.slice(3)).join(', ') }
}

function exactVersions() {
  const { version, dependencies, devDependencies, overrides } = manifest
  const all = { [manifest.name]: version, ...dependencies, ...devDependencies, ...overrides }
  const inexact = Object.entries(all).filter(([, wanted]) => !EXACT.test(wanted))
  return { ok: inexact.length === 0, said: inexact.map(([name, wanted]) => `${name} ${wanted}`).join(', ') }
}

function sameVersions() {
  const root = lock.packages['']
  const differing = ['dependencies', 'devDependencies'].flatMap((kind) => {
    const names = new Set([...Object.keys(manifest[kind] ?? {}), ...Object.keys(root[kind] ?? {})])
    return [...names].filter((name) => manifest[kind]?.[name] !== root[kind]?.[name])
  })
  if (manifest.version !== root.version) differing.push(manifest.name)
  return { ok: differing.length === 0, said: differing.join(', ') }
}

/** The packages in production: the server's, and those that are bundled into the console. */
function inProduction() {
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: licenceOf(path) ?? license ?? 'none',
    }))
}

function licences() {
  const packages = inProduction().sort((a, b) => (a.name < b.name ? -1 : 1))
  const lines = packages.map(({ name, version, licence }) => `${name} ${version} ${licence}\n`)
  writeFileSync(join(OUT, 'licences.txt'), lines.join(''))
  const others = packages.filter(({ licence }) => !isAllowed(licence))
  if (others.length > 0)
    return { ok: false, said: others.map(({ name, licence }) => `${name} (${licence})`).join(', ') }
  return { ok: true, said: `${packages.length} packages, dist/release/licences.txt` }
}

/**
 * The licence from the package itself. For a package of another platform, only the lock file has it.
 * @param {string} path
 */
function licenceOf(path) {
  const file = join(ROOT, path, 'package.json')
  const licence = existsSync(file) ? readJson(file).license : undefined
  return typeof licence === 'string' ? licence : undefined
}

/**
 * `MIT`, or alternatives of which one is allowed: `(MIT OR GPL-3.0)`.
 * @param {string} licence
 */
function isAllowed(licence) {
  return licence
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => LICENCES.includes(part)))
}

/** @typedef {{ ref: string, dependsOn?: string[] }} Dependency of a bill of materials */

function billOfMaterials() {
  const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only']
  const { status, stdout, stderr } = npm(['sbom', ...options])
  if (status !== 0) return { ok: false, said: `npm sbom failed: ${lastLine(stderr)}` }
  const bill = JSON.parse(stdout)
  // With `--omit dev` npm leaves out what packages in development need, too.
  const kept = new Set([
    bill.metadata.component['bom-ref'],
    ...inProduction().map((each) => `${each.name}@${each.version}`),
  ])
  bill.components = bill.components.filter((/** @type {{ 'bom-ref': string }} */ each) => kept.has(each['bom-ref']))
  bill.dependencies = bill.dependencies
    .filter((/** @type {Dependency} */ { ref }) => kept.has(ref))
    .map((/** @type {Dependency} */ { ref, dependsOn = [] }) => ({
      ref,
      dependsOn: dependsOn.filter((each) => kept.has(each)),
    }))
  // npm names it after the folder.
  bill.metadata.component.name = manifest.name
  writeFileSync(join(OUT, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`)
  return { ok: bill.components.length > 0, said: `${bill.components.length} packages, dist/release/sbom.cdx.json` }
}

/** Without a response nothing is known; this is reported, but does not block a release. */
function audit() {
  const options = ['--omit=dev', '--package-lock-only', '--json', '--fetch-retries=0', '--fetch-timeout=30000']
  const { stdout } = npm(['audit', ...options])
  const vulnerabilities = parsed(stdout)?.vulnerabilities
  if (!vulnerabilities) return { ok: true, said: 'NOT CHECKED, because npm’s registry is unreachable' }
  const found = Object.values(vulnerabilities).map(({ name, severity }) => `${name} (${severity})`)
  return { ok: found.length === 0, said: found.join(', ') }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The npm that started us.
 * @param {string[]} args
 */
function npm(args) {
  const cli = process.env.npm_execpath
  if (cli?.endsWith('.js')) return run(process.execPath, [cli, ...args])
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args)
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  return spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    shell: program.endsWith('.cmd'),
    maxBuffer: 64 * 1024 * 1024,
  })
}

/** @param {string | undefined} text */
function lastLine(text) {
  return text?.trim().split('\n').at(-1)
}
