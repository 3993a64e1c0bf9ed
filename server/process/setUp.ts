import { enforceQuotas } from '../access/quotas.ts'
import { Alerts } from '../audit/alerts.ts'
import { Refusals } from '../audit/refusals.ts'
import type { Config } from '../config.ts'
import { inWords } from '../db/folderErrors.ts'
import { type Db, hasTable, lockDatabase, migrate } from '../db/open.ts'
import { Reserve } from '../db/reserve.ts'
import { readSetting, writeSetting } from '../db/settings.ts'
import { prepareSampleData, SAMPLE_STORE_PASSWORD } from '../firstRun/sampleData.ts'
import { seed } from '../firstRun/seed.ts'
import type { FirstRun } from '../firstRun/welcome.ts'
import type { Log } from '../log.ts'
import type { Services } from '../services.ts'
import { loadMasterKey, MasterKeyError, makeKeyCheck, verifyKeyCheck } from '../vault/masterKey.ts'
import { PASSWORD_COST } from '../vault/password.ts'
import type { ScryptCost } from '../vault/scrypt.ts'
import { generateApiKey } from '../vault/tokens.ts'
import { Clock } from './clock.ts'

/** What the process works with; the routes use a part of it. */
export interface Setup extends Services {
  /** Whether data may be removed by age. */
  clock: Clock
  /** The result of the first run, undefined on later ones. The credentials are never available again. */
  firstRun: FirstRun | undefined
}

/**
 * Opens the data folder or creates it: database, master key, and the rows that every Concord has. Only tests pass
 * another `passwordCost`.
 *
 * @throws DataFolderError it cannot be used, or another process has it open
 * @throws MasterKeyError the key is missing, malformed or does not match the data
 */
export async function setUp(config: Config, log: Log, passwordCost = PASSWORD_COST): Promise<Setup> {
  const db = lockDatabase(config.dataDir)
  try {
    return await prepare(db, config, log, passwordCost)
  } catch (error) {
    await db.destroy()
    throw inWords(error, config.dataDir)
  }
}

async function prepare(unguarded: Db, config: Config, log: Log, passwordCost: ScryptCost): Promise<Setup> {
  const check = await findKeyCheck(unguarded)
  const { masterKey, masterKeyFile, dataDir } = config
  const loaded = loadMasterKey({ masterKey, masterKeyFile, dataDir, allowCreate: check === undefined })
  for (const warning of loaded.warnings) log.warn(warning)
  // Before anything is written: a server started with the wrong key must not change the folder.
  if (check && !verifyKeyCheck(loaded.key, check)) {
    throw new MasterKeyError(
      `The master key (${loaded.source}) does not match the data in ${dataDir}: the secrets there were stored with ` +
        'another key. Start the server with that key; nothing has been changed.',
    )
  }
  await migrate(unguarded)
  const reserve = new Reserve(unguarded, dataDir, log)
  const db = unguarded.withPlugin(reserve.gate)
  const alerts = new Alerts(log, config.alerts)
  const refusals = new Refusals(db, log, undefined, alerts)
  const clock = await Clock.open(db, log)
  const services = { db, config, log, masterKey: loaded.key, passwordCost, clock, reserve, refusals, alerts }
  // Quotas don't apply to the sample data: a small one must not fail the first start.
  const limit = () => enforceQuotas(unguarded, config.quotas)
  if (check) {
    await limit()
    return { ...services, firstRun: undefined }
  }

  const adminApiKey = config.adminApiKey ?? generateApiKey()
  const samples = config.sampleData ? await prepareSampleData(loaded.key, passwordCost) : undefined
  await db.transaction().execute(async (trx) => {
    await seed(trx, adminApiKey)
    await samples?.insert(trx)
    await writeSetting(trx, 'masterKeyCheck', makeKeyCheck(loaded.key))
  })
  await limit()
  const admin = { username: 'admin', password: undefined, apiKey: config.adminApiKey ? undefined : adminApiKey }
  const credentials = samples
    ? samples.credentials.map((user) => (user.username === 'admin' ? { ...admin, password: user.password } : user))
    : [admin]
  return { ...services, firstRun: { credentials, storePassword: samples && SAMPLE_STORE_PASSWORD } }
}

/** Undefined for a new folder, or after an interrupted first run. */
export async function findKeyCheck(db: Db): Promise<Buffer | undefined> {
  return (await hasTable(db, 'settings')) ? readSetting(db, 'masterKeyCheck') : undefined
}
