import { createServer, type RequestListener, type Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { recordStart } from '../audit/start.ts'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { DataFolderError } from '../db/folderErrors.ts'
import { codeOf } from '../db/storageTrouble.ts'
import { closeDatabase } from '../db/writeAheadLog.ts'
import { welcome } from '../firstRun/welcome.ts'
import { createGateway } from '../gateway/gateway.ts'
import { createLog, type Log } from '../log.ts'
import type { Services } from '../services.ts'
import { MasterKeyError } from '../vault/masterKey.ts'
import { listenForCommands } from './control.ts'
import { keepMemoryPrivate } from './hardening.ts'
import { runHousekeeping } from './housekeeping.ts'
import { addressOf, ListenError, listen, stop } from './listen.ts'
import { setUp } from './setUp.ts'
import { endOnUnhandledErrors } from './unhandledErrors.ts'
import { warningsOf } from './warnings.ts'

const HOUR = 3_600_000
/** How long a stopping server waits for its housekeeping. */
const MAX_CLEANING = 1_000
/** npm forwards a Ctrl+C that the terminal has already sent to us: two at once count as one. */
const SAME_SIGNAL = 500
/** For a year, for this host name only; subdomains are up to the operator. */
const ONLY_HTTPS = 'max-age=31536000'

export interface Listeners {
  /** The handler for our own API. */
  apiOf(services: Services): RequestListener
  /** The handler for everything else: the console. */
  siteOf(config: Config): RequestListener
  /** Called with the HTTP server before it listens. */
  server?: Server
}

/** Starts the server with the settings from the environment and runs it until a signal stops it. */
export async function run({ apiOf, siteOf, server = createServer() }: Listeners): Promise<void> {
  try {
    const config = readConfig(process.env)
    const log = createLog(config.logLevel)
    endOnUnhandledErrors(log)
    keepMemoryPrivate(log)
    const site = siteOf(config)
    const listenWith = (api: RequestListener) =>
      listen(
        server,
        (request, response) => {
          if (config.secureCookies) response.setHeader('Strict-Transport-Security', ONLY_HTTPS)
          listenerFor(request.url, api, site)(request, response)
        },
        config,
      )
    const { concordUrl } = config
    const close = concordUrl
      ? await startGateway(concordUrl, config, log, server, listenWith)
      : await startServer(config, log, server, (services) => listenWith(apiOf(services)))
    stopOnSignal(close, log)
    for (const warning of warningsOf(config)) log.warn(warning)
    const before = concordUrl ? `, in front of ${concordUrl.origin}` : ''
    console.log(`Concord secrets console: ${addressOf(server, config)}${before}`)
  } catch (error) {
    giveUp(error)
  }
}

/** Returns a function that shuts it down. */
async function startServer(
  config: Config,
  log: Log,
  server: Server,
  listenWith: (services: Services) => Promise<void>,
): Promise<() => Promise<void>> {
  // Everything that this process writes is readable by its own user only: database, keys, control socket, backups.
  process.umask(0o077)
  const services = await setUp(config, log)
  // Before anything else can fail: the credentials of the first run are shown only once.
  if (services.firstRun) console.log(welcome(services.firstRun, config))
  await recordStart(services)
  let control: Server | undefined
  try {
    await listenWith(services)
    control = await listenForCommands(services)
  } catch (error) {
    await services.db.destroy()
    throw error
  }
  // Once now, because a server that is restarted every day would never get to it. Nothing waits for it.
  const stopping = new AbortController()
  let cleaning = runHousekeeping(services, stopping.signal)
  const hourly = setInterval(() => {
    // One after the other: removing a year of the log can take longer than an hour.
    cleaning = cleaning.then(() => runHousekeeping(services, stopping.signal))
  }, HOUR)
  return async () => {
    clearInterval(hourly)
    stopping.abort()
    await stop(control ? [server, control] : [server], log)
    // The directory may be slow; the database work is done by then.
    await Promise.race([cleaning, pause(MAX_CLEANING)])
    await services.refusals.close()
    await services.reserve.close()
    await services.clock.check()
    const trouble = await closeDatabase(services.db)
    if (trouble) {
      log.warn(
        'the write-ahead log could not be written into the database, so it stays: nothing is lost, and the next ' +
          'start reads it',
        { code: codeOf(trouble) },
      )
    }
  }
}

/** Returns a function that shuts it down. There is nothing to store here, so no folder is created. */
async function startGateway(
  concord: URL,
  { trustedProxies }: Config,
  log: Log,
  server: Server,
  listenWith: (api: RequestListener) => Promise<void>,
) {
  await listenWith(createGateway(concord, log, trustedProxies))
  return () => stop([server], log)
}

/**
 * Also with dot segments resolved: Concord has its own response to them, which is not the console. An invalid URL such
 * as `//` is rejected before it is parsed: an error here would be unhandled and end the process.
 */
function listenerFor(url = '', api: RequestListener, site: RequestListener): RequestListener {
  if (url.startsWith('/api/')) return api
  if (!URL.canParse(url, 'http://localhost')) return refuse
  return new URL(url, 'http://localhost').pathname.startsWith('/api/') ? api : site
}

const refuse: RequestListener = (_, response) => response.writeHead(400, { 'Content-Length': 0 }).end()

function stopOnSignal(close: () => Promise<void>, log: Log) {
  let stoppedAt: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppedAt === undefined) {
      stoppedAt = performance.now()
      log.info('stopping', { signal })
      close().then(() => process.exit(0), giveUp)
    } else if (performance.now() - stoppedAt > SAME_SIGNAL) {
      process.exit(1)
    }
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}

/** Prints a sentence for errors in the settings or the environment, a stack for bugs. */
function giveUp(error: unknown): never {
  const expected = [DataFolderError, MasterKeyError, ListenError].some((kind) => error instanceof kind)
  if (error instanceof ConfigError) console.error(`The settings are wrong:\n${error.message.replace(/^/gm, '  ')}`)
  else console.error(expected ? (error as Error).message : error)
  process.exit(1)
}
