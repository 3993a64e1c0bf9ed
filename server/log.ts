export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type Log = Record<
  'debug' | 'info' | 'warn' | 'error',
  (message: string, facts?: Record<string, unknown>) => void
>

/**
 * Writes one line per event to standard error: time, level, message, facts as JSON. Pass only names, ids, statuses and
 * times, never request bodies, query strings or headers, which may contain clear text.
 */
export function createLog(
  level: (typeof LOG_LEVELS)[number],
  write: (line: string) => void = (line) => console.error(line),
): Log {
  const least = LOG_LEVELS.indexOf(level)
  const at = (name: keyof Log) => (message: string, facts?: Record<string, unknown>) => {
    if (LOG_LEVELS.indexOf(name) < least) return
    write(`${new Date().toISOString()} ${name.padEnd(5)} ${message}${facts ? ` ${JSON.stringify(facts)}` : ''}`)
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Where an error happened, for the log, without its message, which can quote the input. */
export const stackOf = (error: Error | undefined) =>
  error?.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .map((line) => line.trim())
