// Finds programs that tests need and npm does not have, or installs them if that needs no confirmation. For callers
// that are not modules: `node scripts/install.mjs nginx …` prints the reason if it fails.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { ExpectedError } from './ensure.mjs'

const MINUTES = 5

/** A program is missing and cannot be installed: a reason to skip tests. */
export class UnavailableError extends ExpectedError {}

/**
 * The Debian package of each program.
 * @type {Record<string, string>}
 */
const PACKAGES = {
  java: 'openjdk-17-jre-headless',
  mvn: 'maven',
  psql: 'postgresql',
  initdb: 'postgresql',
  slapd: 'slapd',
  openssl: 'openssl',
  ldapadd: 'ldap-utils',
  nginx: 'nginx-light',
}

/**
 * Returns the path of a program, looking beyond the PATH of ordinary users; undefined if it is not installed.
 * @param {string} program
 */
export function find(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', ...postgresFolders()]
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

/**
 * Returns the path of a program; throws an UnavailableError if it is not installed.
 * @param {string} program
 */
export function found(program) {
  const path = find(program)
  if (!path) throw new UnavailableError(`${program} is not installed`)
  return path
}

/** Debian keeps everything but the client outside the PATH, by version; newest first. */
function postgresFolders() {
  const versions = '/usr/lib/postgresql'
  if (!existsSync(versions)) return []
  return readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, 'bin'))
}

/**
 * Installs those of these programs that are missing. Throws an UnavailableError with the reason if that is impossible.
 * @param {string[]} programs
 */
export async function ensurePrograms(programs) {
  const missing = () => programs.filter((program) => !find(program))
  if (missing().length === 0) return
  const packages = [...new Set(missing().map((program) => PACKAGES[program] ?? program))]
  const lacks = `${missing().join(', ')} ${missing().length === 1 ? 'is' : 'are'} not installed`
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new UnavailableError(`${lacks}; on Debian: apt-get install --no-install-recommends ${packages.join(' ')}`)
  }
  console.log(`Installing ${packages.join(', ')} …`)
  const problem = (await apt(['update'])) ?? (await apt(['install', '-y', '--no-install-recommends', ...packages]))
  if (missing().length > 0) {
    throw new UnavailableError(`${lacks}, and apt-get could not install ${packages.join(', ')}: ${problem}`)
  }
}

/**
 * @param {string[]} args
 * @returns {Promise<string | undefined>} why it failed
 */
function apt(args) {
  return new Promise((resolve) => {
    const child = spawn('apt-get', ['-q', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: MINUTES * 60_000,
    })
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code) =>
      resolve(code === 0 ? undefined : (errors.trim().split('\n').at(-1) ?? `exit code ${code}`)),
    )
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await ensurePrograms(process.argv.slice(2)).catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
