import { writeFileSync } from 'node:fs'
import type { Log } from '../log.ts'

const DUMPED_PARTS = '/proc/self/coredump_filter'

/**
 * Keeps the memory of this process, with the master key in it, from those who could ask for it from outside. What only
 * its start can do is in docs/operations.md: a limit for core dumps, and no code from strings.
 */
export function keepMemoryPrivate(log: Log) {
  withoutMemoryInCoreDumps()
  // Node's own handler opens the inspector, on a port of this computer that every user of it can reach.
  process.on('SIGUSR1', () => log.warn('a signal asked for the debugger; it stays closed', { signal: 'SIGUSR1' }))
}

/** Linux lets a process say which parts of it a core dump has (core(5)): none. Other systems have only the limit. */
function withoutMemoryInCoreDumps() {
  try {
    writeFileSync(DUMPED_PARTS, '0')
  } catch {
    // Not Linux, or /proc is not there.
  }
}
