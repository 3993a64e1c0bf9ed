#!/usr/bin/env node
// The server tests on the other Node that the program runs on: 24 where this is an older one, else 20. Node comes from
// npm, whose packages carry its binaries; it is fetched when it is wanted and kept in dist, as it has 190 MB.
// `npm run test:node24` is this alone; with CI=true it is a part of `npm test`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { ensureInstalled, npm, ROOT } from './ensure.mjs'
import { UnavailableError } from './install.mjs'
import { finish, MINUTE, NOTHING_COUNTED, stage, vitest } from './stages.mjs'

/** Exact, as every package is. */
const VERSIONS = { 20: '20.20.2', 24: '24.21.0' }
export const OTHER_NODE = Number(process.versions.node.split('.')[0]) >= 24 ? 20 : 24

/** Runs the server tests there, in tests and in the processes that they start. */
export async function serverTestsOnOtherNode() {
  const node = await ensureNode(OTHER_NODE)
  console.log(`Node: ${versionOf(node)}`)
  return vitest(['server'], 30 * MINUTE, { PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }, node)
}

/** Where a Node of this version is; fetched when it is not there. Throws an UnavailableError where it cannot be had. */
export async function ensureNode(major) {
  const version = VERSIONS[major]
  const folder = join(ROOT, 'dist', `node-${major}`)
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(node) && versionOf(node) === `v${version}`) return node
  console.log(`Fetching Node ${version} (npm install ${name}) …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const failure = `Node ${version} cannot be had for ${process.platform} ${process.arch} from the registry that npm is set to use.`
  await npm(['install', '--prefix', folder, ...options, `${name}@${version}`], failure).catch((error) => {
    throw new UnavailableError(error.message)
  })
  const got = existsSync(node) ? versionOf(node) : 'nothing'
  if (got !== `v${version}`) throw new UnavailableError(`${name}@${version} is ${got}, not Node ${version}.`)
  return node
}

/** What it is, not what it is called. */
function versionOf(node) {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await stage('packages', async () => {
    await ensureInstalled()
    return NOTHING_COUNTED
  })
  await stage(`server tests on Node ${OTHER_NODE}`, serverTestsOnOtherNode)
  finish()
}
