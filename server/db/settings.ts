import type { Db, Reader, Trx } from './open.ts'

/** The server's own data in the database, one row each. */
type Name =
  /** The check value of the master key. */
  | 'masterKeyCheck'
  /** When the computer's clock was last trusted. */
  | 'clock'
  /** When readiness last wrote to the disk. */
  | 'lastProbe'
  /** The settings of the last start. */
  | 'lastSettings'
  /** The last file of the audit archive. */
  | 'auditArchive'

export async function readSetting(db: Reader, name: Name): Promise<Buffer | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst()
  return row && Buffer.from(row.value)
}

export async function writeSetting(db: Db | Trx, name: Name, value: Buffer): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
