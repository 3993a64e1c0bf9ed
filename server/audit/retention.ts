import type { Config } from '../config.ts'
import type { Db } from '../db/open.ts'

/** How many rows go at once: requests wait for one batch, not for all of a year. */
const BATCH = 5_000

/** Removes what is older than `AUDIT_MAX_AGE`. Concord keeps a week (`audit.maxLogAge`), which is short for secrets. */
export async function removeOldEntries(db: Db, { auditMaxAge }: Pick<Config, 'auditMaxAge'>): Promise<void> {
  const oldest = new Date(Date.now() - auditMaxAge).toISOString()
  for (;;) {
    const { numDeletedRows } = await db
      .deleteFrom('auditLog')
      .where('seq', 'in', (select) =>
        select.selectFrom('auditLog').select('seq').where('entryDate', '<', oldest).limit(BATCH),
      )
      .executeTakeFirst()
    if (numDeletedRows < BATCH) return
  }
}
