import type { Config } from './config.ts'
import { type Db, openDatabase } from './db/open.ts'
import type { Log } from './log.ts'
import { seed } from './seed.ts'
import type { Services } from './services.ts'
import { loadMasterKey, MasterKeyError, makeKeyCheck, verifyKeyCheck } from './vault/masterKey.ts'
import { generateApiKey } from './vault/tokens.ts'

export interface Setup extends Services {
  /** What the first run made; undefined on later ones. The only time that the key is known. */
  firstRun: { adminApiKey: string; adminApiKeyWasGiven: boolean } | undefined
}

const KEY_CHECK = 'masterKeyCheck'

/**
 * Opens the data folder, or makes it: database, master key, the rows that every Concord has.
 *
 * @throws DataFolderInUseError another process has it open
 * @throws MasterKeyError the key is missing, malformed or does not fit the data
 */
export async function setUp(config: Config, log: Log): Promise<Setup> {
  const db = await openDatabase(config.dataDir)
  try {
    return await prepare(db, config, log)
  } catch (error) {
    await db.destroy()
    throw error
  }
}

async function prepare(db: Db, config: Config, log: Log): Promise<Setup> {
  const check = await db.selectFrom('settings').select('value').where('name', '=', KEY_CHECK).executeTakeFirst()
  const { masterKey, masterKeyFile, dataDir } = config
  const loaded = loadMasterKey({ masterKey, masterKeyFile, dataDir, allowCreate: check === undefined })
  for (const warning of loaded.warnings) log.warn(warning)
  const services = { db, config, log, masterKey: loaded.key }
  if (check) {
    if (!verifyKeyCheck(loaded.key, Buffer.from(check.value))) {
      throw new MasterKeyError(
        `The master key (${loaded.source}) does not fit the data in ${dataDir}: the secrets there were stored with ` +
          'another key. Start the server with that key; nothing has been changed.',
      )
    }
    return { ...services, firstRun: undefined }
  }
  const adminApiKey = config.adminApiKey ?? generateApiKey()
  await db.transaction().execute(async (trx) => {
    await seed(trx, adminApiKey)
    await trx
      .insertInto('settings')
      .values({ name: KEY_CHECK, value: makeKeyCheck(loaded.key) })
      .execute()
  })
  return { ...services, firstRun: { adminApiKey, adminApiKeyWasGiven: config.adminApiKey !== undefined } }
}
