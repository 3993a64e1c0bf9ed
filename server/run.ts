import { createServer, type RequestListener, type Server } from 'node:http'
import { removeDeadSessions } from './auth/sessions.ts'
import { ConfigError, readConfig } from './config.ts'
import { listenForCommands } from './control.ts'
import { DataFolderInUseError } from './db/open.ts'
import { addressOf, ListenError, listen, stop } from './listen.ts'
import { createLog } from './log.ts'
import type { Services } from './services.ts'
import { setUp } from './setup.ts'
import { MasterKeyError } from './vault/masterKey.ts'
import { welcome } from './welcome.ts'

const HOUR = 3_600_000
/** npm passes on a Ctrl+C that the terminal has sent to us already: two at once are one. */
const SAME_SIGNAL = 500

/**
 * Starts the server with the settings of the environment and runs it until a signal stops it. `listenerOf` gives what
 * answers the requests; `server` is for those who need the HTTP server before it listens.
 */
export async function run(listenerOf: (services: Services) => RequestListener, server = createServer()): Promise<void> {
  try {
    await start(listenerOf, server)
  } catch (error) {
    giveUp(error)
  }
}

async function start(listenerOf: (services: Services) => RequestListener, server: Server) {
  // Whatever this process writes is for its own user: database, keys, control socket, backups.
  process.umask(0o077)
  const config = readConfig(process.env)
  const log = createLog(config.logLevel)
  const services = await setUp(config, log)
  // Before anything else can fail: the credentials of the first run are never known again.
  if (services.firstRun) console.log(welcome(services.firstRun, config))
  let control: Server | undefined
  try {
    await listen(server, listenerOf(services), config)
    control = await listenForCommands(services)
  } catch (error) {
    await services.db.destroy()
    throw error
  }
  const clean = () =>
    removeDeadSessions(services.db, config).catch((error: Error) =>
      log.error('dead sessions not removed', { name: error.name }),
    )
  const cleaning = setInterval(clean, HOUR)
  let stoppedAt: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppedAt === undefined) {
      stoppedAt = Date.now()
      clearInterval(cleaning)
      log.info('stopping', { signal })
      stop(control ? [server, control] : [server], services).then(() => process.exit(0), giveUp)
    } else if (Date.now() - stoppedAt > SAME_SIGNAL) {
      process.exit(1)
    }
  }
  if (!isLoopback(config.host) && !config.secureCookies) {
    log.warn('other computers can reach this server, over http: put https in front of it (docs/operations.md)')
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  console.log(`Concord secrets console: ${addressOf(server, config)}`)
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')

/** Mistakes of whoever starts the server get a sentence, mistakes of ours a stack. */
function giveUp(error: unknown): never {
  const expected = [DataFolderInUseError, MasterKeyError, ListenError].some((kind) => error instanceof kind)
  if (error instanceof ConfigError) console.error(`The settings are wrong:\n${error.message.replace(/^/gm, '  ')}`)
  else console.error(expected ? (error as Error).message : error)
  process.exit(1)
}
