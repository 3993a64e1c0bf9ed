// Programs that tests need and npm does not have: found, or installed where that can be done unasked.
// `node scripts/install.mjs nginx …` for those who are not modules: its output is why it could not, if so.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { ExpectedError } from './ensure.mjs'

const MINUTES = 5

/** What this computer does not have and cannot get: a reason to leave tests out. */
export class UnavailableError extends ExpectedError {}

/** For each program its Debian package. */
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

/** Where a program is, also where users other than root do not look; undefined when it is not there. */
export function find(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', ...postgresFolders()]
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

/** Debian keeps all but the client out of the PATH, by version; the newest first. */
function postgresFolders() {
  const versions = '/usr/lib/postgresql'
  if (!existsSync(versions)) return []
  return readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, 'bin'))
}

/** Installs what is missing of these programs, if possible. Throws an UnavailableError that says why not. */
export async function ensurePrograms(programs) {
  const missing = () => programs.filter((program) => !find(program))
  if (missing().length === 0) return
  const packages = [...new Set(missing().map((program) => PACKAGES[program]))]
  const lacks = `${missing().join(', ')} ${missing().length === 1 ? 'is' : 'are'} not there`
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new UnavailableError(`${lacks}; on Debian: apt-get install --no-install-recommends ${packages.join(' ')}`)
  }
  console.log(`Installing ${packages.join(', ')} …`)
  const problem = (await apt(['update'])) ?? (await apt(['install', '-y', '--no-install-recommends', ...packages]))
  if (missing().length > 0) {
    throw new UnavailableError(`${lacks}, and apt-get could not install ${packages.join(', ')}: ${problem}`)
  }
}

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
