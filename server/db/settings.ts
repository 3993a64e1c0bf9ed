import type { Db, Reader, Trx } from './open.ts'

/** What the database keeps of the server itself, one row each. */
type Name =
  /** By which it knows its master key. */
  | 'masterKeyCheck'
  /** When the computer's clock was last right. */
  | 'clock'
  /** When readiness last wrote to the disk. */
  | 'lastProbe'
  /** The settings of the last start. */
  | 'lastSettings'
  /** Which file the audit log was last archived to. */
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
