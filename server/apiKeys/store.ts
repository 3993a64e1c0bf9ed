import type { Config } from '../config.ts'
import type { Db, Reader } from '../db/open.ts'

export const findKey = (db: Reader, userId: string | null, name: string) =>
  db.selectFrom('apiKeys').select('id').where('userId', 'is', userId).where('name', '=', name).executeTakeFirst()

/** Removes expired keys, which are listed until then; only if new keys expire, as in Concord. */
export async function removeExpiredKeys(db: Db, { apiKeyExpiry }: Pick<Config, 'apiKeyExpiry'>): Promise<void> {
  if (apiKeyExpiry === undefined) return
  await db.deleteFrom('apiKeys').where('expiredAt', '<=', new Date().toISOString()).execute()
}
