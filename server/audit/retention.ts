import { setTimeout as pause } from 'node:timers/promises'
import { SYSTEM } from '../actor.ts'
import type { Config } from '../config.ts'
import type { Db } from '../db/open.ts'
import { archive, removeEntries } from './archive.ts'
import { recordEvent } from './events.ts'

/** How many rows go at once: 17 ms of CPU time in a log of 1.2 million, all indexes included. */
export const BATCH = 500
/** Milliseconds between two batches, for the requests that wait. */
const PAUSE = 25

type Settings = Pick<Config, 'auditMaxAge' | 'auditArchive' | 'dataDir'>

/**
 * Removes what is older than `AUDIT_MAX_AGE`, in slices, as nothing else runs during a statement; before, each slice is
 * written to the archive. Concord keeps a week (`audit.maxLogAge`), which is short for secrets. A signal ends it after the
 * slice that it is at.
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
