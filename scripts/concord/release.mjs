import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pipeline } from 'node:stream/promises'
import { ExpectedError } from '../ensure.mjs'
import { found, UnavailableError } from '../install.mjs'
import { execute } from './ending.mjs'

/** The newest published server. */
export const VERSION = '2.11.1'
const SHA256 = '006c91f2f7b84f28d7f47b2fbb8435e7432ec754a1d9812bc87d7ee80a9dc502'
const FILE = `concord-server-${VERSION}-dist.tar.gz`
// With its version, because the version behind a bare `dependency:` changes.
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/**
 * Unpacks Concord's server into a folder: from the cache, or from Maven Central the first time.
 * @param {string} folder
 */
export async function unpackRelease(folder) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'concord-secrets-console')
  const archive = join(cache, FILE)
  if (!existsSync(archive) || (await sha256(archive)) !== SHA256) await download(cache, archive)
  mkdirSync(folder)
  await execute('tar', ['-xzf', archive, '-C', folder])
}

/**
 * @param {string} cache
 * @param {string} archive
 */
async function download(cache, archive) {
  console.log(`Getting ${FILE} from Maven Central (76 MB) …`)
  mkdirSync(cache, { recursive: true })
  // Download next to the final place, so that an interrupted download is not used.
  const fresh = mkdtempSync(join(cache, 'download-'))
  try {
    const artifact = `com.walmartlabs.concord.server:concord-server:${VERSION}:tar.gz:dist`
    const args = ['-q', '-B', `${PLUGIN}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${fresh}`]
    await execute(found('mvn'), args).catch((error) => {
      throw new UnavailableError(`Maven cannot download ${artifact}: ${error.message}`)
    })
    const got = await sha256(join(fresh, FILE))
    if (got !== SHA256) throw new ExpectedError(`${FILE} has changed: its SHA-256 is ${got}, not ${SHA256}.`)
    renameSync(join(fresh, FILE), archive)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** @param {string} file */
async function sha256(file) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
