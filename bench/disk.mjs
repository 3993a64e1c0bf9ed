import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * How many times a second the disk of a folder takes 4 KiB for good: no server that answers after each write is on disk
 * can write more often than this, unless writes share one.
 * @param {string} folder
 * @param {number} seconds
 */
export function syncsPerSecond(folder, seconds) {
  const file = openSync(join(folder, 'sync'), 'w')
  const page = Buffer.alloc(4096, 1)
  const before = performance.now()
  let syncs = 0
  while (performance.now() - before < seconds * 1000) {
    writeSync(file, page, 0, page.length, (syncs % 256) * page.length)
    fdatasyncSync(file)
    syncs++
  }
  const elapsed = (performance.now() - before) / 1000
  closeSync(file)
  return syncs / elapsed
}
