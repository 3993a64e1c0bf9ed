import { type Log, stackOf } from '../log.ts'

/**
 * Ends the process after an unhandled error, because its state is unknown. Node would print the error's message, which
 * can quote input. Unhandled rejections come here as well.
 */
export function endOnUnhandledErrors(log: Log) {
  process.on('uncaughtException', (error: Error & { code?: unknown }) => {
    log.error('unhandled error, the server ends', { name: error?.name, code: error?.code, at: stackOf(error) })
    process.exit(1)
  })
}
