import { version } from '../../package.json'
import { SYSTEM } from '../actor.ts'
import type { Config } from '../config.ts'
import type { Db } from '../db/open.ts'
import { readSetting, writeSetting } from '../db/settings.ts'
import { codeOf } from '../db/storageTrouble.ts'
import type { Log } from '../log.ts'
import { recordEvent } from './events.ts'

/**
 * Records that this server has opened the database with the right master key, and the settings if they differ from the
 * last start. A full disk does not prevent the start, because values can still be read.
 */
export async function recordStart({ db, config, log }: { db: Db; config: Config; log: Log }): Promise<void> {
  const settings = JSON.stringify(config.given)
  const last = await readSetting(db, 'lastSettings')
  const before: Record<string, string> = last ? JSON.parse(last.toString()) : {}
  const masterKey = config.masterKey ? 'MASTER_KEY' : config.masterKeyFile ? 'MASTER_KEY_FILE' : 'data folder'
  await db
    .transaction()
    .execute(async (trx) => {
      await recordEvent(trx, SYSTEM, 'start', { version, node: process.version, masterKey, masterKeyFits: true })
      if (last && settings === JSON.stringify(before)) return
      const changed = [...new Set([...Object.keys(before), ...Object.keys(config.given)])]
        .filter((name) => before[name] !== config.given[name])
        .sort()
      await recordEvent(trx, SYSTEM, 'settings', { settings: config.given, changed })
      await writeSetting(trx, 'lastSettings', Buffer.from(settings))
    })
    .catch((error: Error) => log.error('start not recorded', { name: error.name, code: codeOf(error) }))
}
