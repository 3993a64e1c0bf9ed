import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../freePort.mjs'
import { found, UnavailableError } from '../install.mjs'
import { BASE } from './directory.mjs'
import { execute, start } from './ending.mjs'

/** Throws an UnavailableError if the installed Java is not suitable. */
export async function checkJava() {
  const words = await execute('sh', ['-c', `'${found('java')}' -version 2>&1`])
  const major = Number(/version "(\d+)/.exec(words)?.[1])
  if (!(major >= 17)) throw new UnavailableError(`Concord needs Java 17; this is ${words.split('\n')[0]}`)
}

/** @typedef {Awaited<ReturnType<typeof import('./database.mjs').makeDatabase>>} Database */
/** @typedef {Awaited<ReturnType<typeof import('./directory.mjs').startDirectory>>} Directory */

/**
 * Starts Concord's own server, and returns its address and the first admin's key.
 * @param {string} folder
 * @param {string} release
 * @param {Database} database
 * @param {Directory} directory
 */
export async function startConcord(folder, release, database, directory) {
  const adminKey = randomBytes(16).toString('base64')
  const port = await freePort()
  const file = join(folder, 'concord.conf')
  writeFileSync(file, configuration({ port, adminKey, database, directory }))
  const java = start(
    found('java'),
    [
      // With the full compiler: with only the first stage, new keys take five times as long, and the start is not
      // faster.
      ...['-Xmx512m', '-XX:+UseSerialGC'],
      ...['--add-opens', 'java.base/java.lang=ALL-UNNAMED', '--add-opens', 'java.base/java.util=ALL-UNNAMED'],
      ...[`-Dollie.conf=${file}`, '-cp', join(release, 'lib', '*'), 'com.walmartlabs.concord.server.dist.Main'],
    ],
    { cwd: folder, log: join(folder, 'concord.log') },
  )
  const url = `http://127.0.0.1:${port}`
  await java.until(async () => (await fetch(`${url}/api/v1/server/ping`)).ok, 'Concord')
  const { version } = await (await fetch(`${url}/api/v1/server/version`)).json()
  return { url, adminKey, version, stop: java.stop }
}

/** @param {{ port: number, adminKey: string, database: Database, directory: Directory }} parts */
function configuration({ port, adminKey, database, directory }) {
  const salt = () => randomBytes(16).toString('base64')
  const text = JSON.stringify
  const { host, name, user, password } = database
  return `concord-server {
  server { port = ${port} }
  db {
    url = ${text(`jdbc:postgresql://${host}:${database.port}/${name}`)}
    appUsername = ${text(user)}, appPassword = ${text(password)}
    inventoryUsername = ${text(user)}, inventoryPassword = ${text(password)}
    # Creations take a second connection while they hold one: with the default of 10, as many at once would wait forever.
    maxPoolSize = 30
    changeLogParameters { defaultAdminToken = ${text(adminKey)} }
  }
  secretStore {
    serverPassword = ${text(salt())}, secretStoreSalt = ${text(salt())}, projectSecretSalt = ${text(salt())}
  }
  ldap {
    url = ${text(directory.url)}
    searchBase = ${text(BASE)}, principalSearchFilter = "(cn={1})"
    usernameProperty = "cn", mailProperty = "mail"
    systemUsername = ${text(directory.admin.dn)}, systemPassword = ${text(directory.admin.password)}
    # OpenLDAP returns memberOf only if it is requested by name.
    returningAttributes = ["*", "memberOf"]
  }
}
`
}
