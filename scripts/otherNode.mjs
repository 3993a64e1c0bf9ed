#!/usr/bin/env node
// Runs the server tests on the other supported Node: 24 if this is an older one, otherwise 20. npm has packages with
// Node's binaries; the package is downloaded when needed and kept in dist, because it has 190 MB. `npm run test:node24`
// runs all of them; with CI=true `npm test` runs those where the version of Node can matter.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { ensureInstalled, npm, ROOT } from './ensure.mjs'
import { UnavailableError } from './install.mjs'
import { finish, MINUTE, NOTHING_COUNTED, stage, vitest } from './stages.mjs'

/** Exact, like all package versions. */
const VERSIONS = { 20: '20.20.2', 24: '24.21.0' }
export const OTHER_NODE = Number(process.versions.node.split('.')[0]) >= 24 ? 20 : 24

/**
 * The tests of what is made of Node's own modules: cryptography and thread pool, the native SQLite binding, files, signals
 * and processes, HTTP and streams, sockets. The others test rules, which no Node changes once these work.
 */
export const WHERE_NODE_MATTERS = [
  ...['vault', 'db', 'process', 'http', 'gateway', 'auth', 'directory', 'audit', 'health', 'json', 'waiting'].map(
    (room) => `server/${room}/`,
  ),
  ...['server/app.test', 'server/site.test', 'server/log.test'],
]

/**
 * Runs server tests on it, including the processes that they start.
 * @param {string[]} [files] all if there are none
 */
export async function serverTestsOnOtherNode(files = []) {
  const node = await ensureNode(OTHER_NODE)
  console.log(`Node: ${versionOf(node)}`)
  const environment = { PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
  return vitest(['server'], 30 * MINUTE, { files, environment, node })
}

/**
 * Returns the path of a Node of this version, downloading it if necessary. Throws an UnavailableError if that fails.
 * @param {keyof typeof VERSIONS} major
 */
export async function ensureNode(major) {
  const version = VERSIONS[major]
  const folder = join(ROOT, 'dist', `node-${major}`)
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(node) && versionOf(node) === `v${version}`) return node
  console.log(`Downloading Node ${version} (npm install ${name}) …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const failure = `npm’s registry has no Node ${version} for ${process.platform} ${process.arch}.`
  await npm(['install', '--prefix', folder, ...options, `${name}@${version}`], failure).catch((error) => {
    throw new UnavailableError(error.message)
  })
  const got = existsSync(node) ? versionOf(node) : 'nothing'
  if (got !== `v${version}`) throw new UnavailableError(`${name}@${version} is ${got}, not Node ${version}.`)
  return node
}

/**
 * Check the version itself, not the name.
 * @param {string} node
 */
function versionOf(node) {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await stage('packages', async () => {
    await ensureInstalled()
    return NOTHING_COUNTED
  })
  await stage(`server tests on Node ${OTHER_NODE}`, () => serverTestsOnOtherNode())
  finish()
}
