import { writeFileSync } from 'node:fs'
import type { Log } from '../log.ts'

const DUMPED_PARTS = '/proc/self/coredump_filter'

/**
 * Protects the memory of this process, which contains the master key, from outside access. docs/operations.md has what
 * only the start can do: a limit for core dumps, and no code from strings.
 */
export function keepMemoryPrivate(log: Log) {
  withoutMemoryInCoreDumps()
  // Node's own handler opens the inspector, on a port that every user of this computer can reach.
  process.on('SIGUSR1', () => log.warn('a signal requested the debugger; it stays closed', { signal: 'SIGUSR1' }))
}

/**
 * On Linux a process can choose which memory a core dump contains (core(5)): none. Other systems only have the limit.
 */
function withoutMemoryInCoreDumps() {
  try {
    writeFileSync(DUMPED_PARTS, '0')
  } catch {
    // Not Linux, or no /proc.
  }
}
