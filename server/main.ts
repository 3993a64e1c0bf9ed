import { fileURLToPath } from 'node:url'
import { createApp } from './app.ts'
import { removeDeadSessions } from './auth/sessions.ts'
import { ConfigError, readConfig } from './config.ts'
import { DataFolderInUseError } from './db/open.ts'
import { addressOf, fetchOf, ListenError, listen, stop } from './listen.ts'
import { createLog } from './log.ts'
import { type Setup, setUp } from './setup.ts'
import { createSite } from './site.ts'
import { MasterKeyError } from './vault/masterKey.ts'
import { welcome } from './welcome.ts'

const HOUR = 3_600_000
/** npm passes on a Ctrl+C that the terminal has sent to us already: two at once are one. */
const SAME_SIGNAL = 500

/** Starts the server and runs it until a signal stops it. */
async function main() {
  const config = readConfig(process.env)
  const log = createLog(config.logLevel)
  const services = await setUp(config, log)
  let server: Awaited<ReturnType<typeof listen>>
  try {
    const site = createSite(fileURLToPath(new URL('../client', import.meta.url)))
    server = await listen(fetchOf(createApp(services), site), config)
  } catch (error) {
    if (services.firstRun) console.log(welcome(services))
    await services.db.destroy()
    throw error
  }
  if (services.firstRun) console.log(welcome(services))
  console.log(`Concord secrets console: ${addressOf(server, config)}`)

  const cleaning = setInterval(() => clean(services), HOUR).unref()
  let stoppedAt: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppedAt === undefined) {
      stoppedAt = Date.now()
      clearInterval(cleaning)
      log.info('stopping', { signal })
      stop(server, services).then(
        () => process.exit(0),
        (error: Error) => giveUp(error),
      )
    } else if (Date.now() - stoppedAt > SAME_SIGNAL) {
      process.exit(130)
    }
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}

function clean({ db, config, log }: Setup) {
  removeDeadSessions(db, config).catch((error: Error) => log.error('sessions not cleaned', { name: error.name }))
}

/** Mistakes of whoever starts the server get a sentence, mistakes of ours a stack. */
function giveUp(error: unknown) {
  if (error instanceof ConfigError) console.error(`The settings are wrong:\n${indented(error.message)}`)
  else if ([DataFolderInUseError, MasterKeyError, ListenError].some((kind) => error instanceof kind))
    console.error((error as Error).message)
  else console.error(error)
  process.exit(1)
}

const indented = (lines: string) => lines.replace(/^/gm, '  ')

await main().catch(giveUp)
