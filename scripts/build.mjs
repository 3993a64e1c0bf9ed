// Builds the console to dist/client and the server to dist/server: `node scripts/build.mjs [client] [server]`; with
// `--out NAME` to dist/NAME instead, for tests that need their own build.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs, promisify, stripVTControlCharacters } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'vite'
import { ROOT } from './ensure.mjs'

const PARTS = new Map([
  ['client', buildClient],
  ['server', buildServer],
])
/** The entry points: the server, and the commands that work on its data folder. */
const SERVER_ENTRIES = {
  main: 'server/main.ts',
  user: 'server/process/cli/user.ts',
  backup: 'server/process/cli/backup.ts',
  'master-key': 'server/process/cli/masterKey.ts',
}
/** Smaller files don't gain enough for a second copy. */
const MIN_TO_COMPRESS = 1024

const { positionals, values } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } })
try {
  for (const part of positionals.length > 0 ? positionals : PARTS.keys()) {
    const make = PARTS.get(part)
    if (!make) throw new Error(`Unknown part: ${part}`)
    await inPlaceOf(values.out ?? part, make)
  }
} catch (error) {
  // The bundler's message has the file and line; the stack below it is the bundler's own.
  const { message } = /** @type {Error} */ (error)
  console.error(process.stderr.isTTY ? message : stripVTControlCharacters(message))
  process.exit(1)
}

/**
 * Builds next to the old result and swaps them at the end, so that nobody sees an incomplete build.
 * @param {string} name
 * @param {(outDir: string) => Promise<void>} make
 */
async function inPlaceOf(name, make) {
  const folder = join(ROOT, 'dist', name)
  const fresh = join(ROOT, 'dist', `${name}.${process.pid}`)
  removeLeftovers(name)
  try {
    await make(fresh)
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** @param {string} outDir */
async function buildClient(outDir) {
  // Semantic's stylesheets have errors that the minifier warns about and skips: see vite.config.ts.
  await build({ root: ROOT, logLevel: 'error', build: { outDir, emptyOutDir: true } })
  await compressAll(outDir)
}

/** @param {string} outDir */
async function buildServer(outDir) {
  const input = Object.fromEntries(Object.entries(SERVER_ENTRIES).map(([name, file]) => [name, join(ROOT, file)]))
  await build({
    root: ROOT,
    // The console's settings (plugins, style sheets) do not apply to the server.
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    // Packages of hundreds of small files: in one, the server and each command start in half the time.
    ssr: { noExternal: ['@hono/node-server', 'hono', 'kysely', 'zod'] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      // No tree shaking: the program that runs is the one that was tested.
      rollupOptions: {
        input,
        treeshake: false,
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  })
}

/**
 * Writes a .br and a .gz next to each file that compresses well, so that the server never has to compress.
 * @param {string} folder
 */
async function compressAll(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|css|html|svg|json|txt)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  await Promise.all(
    files.map(async (file) => {
      const clear = readFileSync(file)
      if (clear.length < MIN_TO_COMPRESS) return
      const brotli = await promisify(brotliCompress)(clear, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: clear.length },
      })
      writeFileSync(`${file}.br`, brotli)
      writeFileSync(`${file}.gz`, await promisify(gzip)(clear, { level: 9 }))
    }),
  )
}

/**
 * Removes the folders of interrupted builds, but not those of builds that are running.
 * @param {string} of
 */
function removeLeftovers(of) {
  const dist = join(ROOT, 'dist')
  if (!existsSync(dist)) return
  for (const name of readdirSync(dist)) {
    const pid = name.startsWith(`${of}.`) ? Number(name.slice(of.length + 1)) : Number.NaN
    if (Number.isInteger(pid) && !isRunning(pid)) rmSync(join(dist, name), { recursive: true, force: true })
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
