// Installs the packages and builds the program, only if their sources have changed. Plain Node: this runs before
// anything is installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { setUpHooks } from './hooks.mjs'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/** @param {string[]} path */
const at = (...path) => join(ROOT, ...path)

/** An error whose message says what to do; its stack is not printed. */
export class ExpectedError extends Error {
  expected = true
}

/**
 * The sources of the client and of the server.
 * @type {Record<'client' | 'server', string[]>}
 */
const INPUTS = {
  client: [
    'src',
    'public',
    'index.html',
    'vite.config.ts',
    'package-lock.json',
    'scripts/build.mjs',
    'scripts/earlyScript.mjs',
  ],
  server: ['server', 'package-lock.json', 'scripts/build.mjs'],
}

/** Makes node_modules match package-lock.json. */
export async function ensureInstalled() {
  const stampFile = at('node_modules', '.installed')
  const wanted = hashOf(['package-lock.json'])
  if (readText(stampFile) === wanted) return
  if (!isInstalled()) {
    if (lstatSync(at('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink())
      throw new ExpectedError(
        'node_modules is a symbolic link to packages that do not match package-lock.json. ' +
          'npm ci would empty the folder that it points to. Remove the link, then run the same command again.',
      )
    console.log('Installing packages (npm ci) …')
    // npm writes its list of installed packages only at the end, so an interrupted installation is repeated.
    await npm(
      ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
      'The packages could not be installed. Check the network and npm’s registry setting. ' +
        'Then run the same command again.',
    )
  }
  setUpHooks(ROOT)
  writeFileSync(stampFile, wanted)
}

/**
 * Builds the given parts unless they are up to date. Returns the URL of the server's entry, for `import`.
 * @param {('client' | 'server')[]} parts
 */
export async function ensureBuilt(parts) {
  const stale = parts
    .map((part) => ({ part, stamp: at('dist', `${part}.stamp`), hash: hashOf(INPUTS[part]) }))
    .filter(({ stamp, hash }) => readText(stamp) !== hash)
  if (stale.length > 0) {
    const names = stale.map(({ part }) => part)
    console.log(`Building ${names.join(' and ')} …`)
    mkdirSync(at('dist'), { recursive: true })
    // Remove the stamps first and write them last, so that an interrupted build is repeated.
    for (const { stamp } of stale) rmSync(stamp, { force: true })
    await command(process.execPath, [at('scripts', 'build.mjs'), ...names], 'The build failed; see above.')
    for (const { stamp, hash } of stale) writeFileSync(stamp, hash)
  }
  return (/** @type {string} */ entry) => pathToFileURL(at('dist', 'server', `${entry}.js`)).href
}

/** Whether npm has installed exactly the locked packages, according to its own list. */
function isInstalled() {
  const done = readJson(at('node_modules', '.package-lock.json'))?.packages
  if (!done) return false
  const locked = Object.entries(readJson(at('package-lock.json')).packages)
  return locked.every(
    ([path, { version, optional, devOptional, peer }]) =>
      path === '' || done[path]?.version === version || (!done[path] && (optional || devOptional || peer)),
  )
}

/**
 * Runs the npm that started us, which is not always the one in the PATH.
 * @param {string[]} args
 * @param {string} failure
 */
export function npm(args, failure) {
  const cli = process.env.npm_execpath
  if (cli?.endsWith('.js')) return command(process.execPath, [cli, ...args], failure)
  return command(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, failure)
}

/**
 * Runs a program and waits for its end; throws an ExpectedError if it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {string} failure
 * @returns {Promise<void>}
 */
export function command(program, args, failure) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: withoutSecrets(process.env),
      shell: program.endsWith('.cmd'),
    })
    child.on('error', (error) => reject(new ExpectedError(`${failure}\n(${program}: ${error.message})`)))
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new ExpectedError(signal ? `Interrupted (${signal}).` : failure)),
    )
  })
}

/**
 * Install scripts of packages and bundler plugins must not see these.
 * @param {NodeJS.ProcessEnv} environment
 */
function withoutSecrets({ MASTER_KEY, ADMIN_API_KEY, LDAP_BIND_PASSWORD, ...environment }) {
  return environment
}

/**
 * Returns one hash of the names and contents of files and folders, without tests.
 * @param {string[]} paths
 */
function hashOf(paths) {
  const hash = createHash('sha256')
  for (const file of paths.flatMap((path) => [...filesBelow(path)])) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(at(file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {Generator<string>}
 */
function* filesBelow(path) {
  if (!existsSync(at(path))) return
  if (!statSync(at(path)).isDirectory()) {
    if (!/\.(test|spec)\.tsx?$|\.md$/.test(path)) yield path
    return
  }
  for (const name of readdirSync(at(path)).sort()) yield* filesBelow(`${path}/${name}`)
}

/** @param {string} file */
const readText = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
