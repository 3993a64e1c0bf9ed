import { type Log, stackOf } from '../log.ts'

/**
 * Ends the process after an error that nothing has handled: what it left half done is not known. Node would print the
 * error's message, which can quote what somebody sent. A promise that nobody waits for comes here as well.
 */
export function endOnUnhandledErrors(log: Log) {
  process.on('uncaughtException', (error: Error & { code?: unknown }) => {
    log.error('unhandled error, the server ends', { name: error?.name, code: error?.code, at: stackOf(error) })
    process.exit(1)
  })
}
