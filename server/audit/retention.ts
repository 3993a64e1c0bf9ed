import { setTimeout as pause } from 'node:timers/promises'
import { SYSTEM } from '../actor.ts'
import type { Config } from '../config.ts'
import type { Db } from '../db/open.ts'
import { archive, removeEntries } from './archive.ts'
import { recordEvent } from './events.ts'

/** The rows per batch: 17 ms of CPU time in a log of 1.2 million, including all indexes. */
export const BATCH = 500
/** Milliseconds between two batches, for waiting requests. */
const PAUSE = 25

type Settings = Pick<Config, 'auditMaxAge' | 'auditArchive' | 'dataDir'>

/**
 * Removes entries older than `AUDIT_MAX_AGE`, in slices, because nothing else runs during a statement; each slice is
 * archived first. Concord keeps a week (`audit.maxLogAge`), which is short for secrets. A signal ends it after the
 * current slice.
 */
export async function removeOldEntries(db: Db, settings: Settings, signal?: AbortSignal): Promise<void> {
  const oldest = new Date(Date.now() - settings.auditMaxAge).toISOString()
  let removed = 0
  const files = new Set<string>()
  try {
    while (!signal?.aborted) {
      const entries = await db.selectFrom('auditLog').selectAll().where('entryDate', '<', oldest).limit(BATCH).execute()
      if (entries.length === 0) break
      if (settings.auditArchive) files.add(await archive(db, settings.dataDir, entries))
      else await removeEntries(db, entries)
      removed += entries.length
      if (entries.length < BATCH) break
      await pause(PAUSE)
    }
  } finally {
    if (removed > 0) {
      const details = { entries: removed, files: [...files] }
      await db.transaction().execute((trx) => recordEvent(trx, SYSTEM, 'audit-archived', details))
    }
  }
}
