import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SYSTEM } from '../actor.ts'
import { recordEvent } from '../audit/events.ts'
import type { Config } from '../config.ts'
import { inWords } from '../db/folderErrors.ts'
import { DATABASE_FILE, type Db, lockDatabase, migrate, type Trx } from '../db/open.ts'
import { writeSetting } from '../db/settings.ts'
import { closeDatabase } from '../db/writeAheadLog.ts'
import { loadMasterKey, makeKeyCheck, readOrMakeKeyFile, verifyKeyCheck } from '../vault/masterKey.ts'
import { rewrapProjectKey } from '../vault/projectKey.ts'
import { rewrapByServer } from '../vault/sealed.ts'
import { DamagedValueError } from '../vault/vaultErrors.ts'
import { CommandError } from './control.ts'
import { findKeyCheck } from './setUp.ts'

/** The rows per statement, so that a data folder of any size fits into memory. */
const PAGE = 500

export interface Changed {
  /** Whether the file of the new key was created. */
  created: boolean
  /** The number of keys now wrapped by the new one. */
  secrets: number
  projects: number
  /** Ids of secrets and projects whose keys the old one does not open; they are left unchanged. */
  damaged: string[]
  warnings: string[]
}

/**
 * Re-wraps every key of a data folder with another master key: the one in `file`, which is created if it is missing.
 * Values keep their data keys, so their size does not matter; values under a store password do not depend on the master
 * key. All sessions and remember-me cookies end, because the old key could have been used to forge some.
 *
 * It is one transaction: after a crash the folder belongs either to the old key or to the new one, and both still
 * exist.
 * @throws CommandError, DataFolderError, MasterKeyError
 */
export async function changeMasterKey(config: Config, file: string): Promise<Changed> {
  const { dataDir, masterKey, masterKeyFile } = config
  if (!existsSync(join(dataDir, DATABASE_FILE))) throw noData(dataDir)
  if ([masterKeyFile ? resolve(masterKeyFile) : '', join(dataDir, 'master.key')].includes(file)) {
    throw new CommandError(`${file} is the file of the current key. Choose another file; nothing has been changed.`)
  }
  const db = lockDatabase(dataDir)
  try {
    const check = await findKeyCheck(db)
    if (!check) throw noData(dataDir)
    const from = loadMasterKey({ masterKey, masterKeyFile, dataDir, allowCreate: false })
    if (!verifyKeyCheck(from.key, check)) {
      throw new CommandError(`The master key (${from.source}) does not belong to the data in ${dataDir}.`)
    }
    const to = readOrMakeKeyFile(file)
    if (verifyKeyCheck(to.key, check)) throw new CommandError(`The data belongs to the key in ${file} already.`)
    await migrate(db)
    return { ...(await rewrapAll(db, from.key, to.key)), created: to.created, warnings: to.warnings }
  } catch (error) {
    throw inWords(error, dataDir)
  } finally {
    await closeDatabase(db)
  }
}

/** No request waits for this transaction, because no server is running. */
async function rewrapAll(db: Db, from: KeyObject, to: KeyObject) {
  return db.transaction().execute(async (trx) => {
    const secrets = await rewrapSecrets(trx, from, to)
    const projects = await rewrapProjects(trx, from, to)
    await trx.deleteFrom('sessions').execute()
    await trx.deleteFrom('rememberMe').execute()
    await trx.deleteFrom('processSessions').execute()
    await writeSetting(trx, 'masterKeyCheck', makeKeyCheck(to))
    const counts = { secrets: secrets.done, projects: projects.done }
    await recordEvent(trx, SYSTEM, 'master-key-changed', counts)
    return { ...counts, damaged: [...secrets.damaged, ...projects.damaged] }
  })
}

async function rewrapSecrets(trx: Trx, from: KeyObject, to: KeyObject) {
  const damaged: string[] = []
  let done = 0
  for (let last = ''; ; ) {
    const rows = await trx
      .selectFrom('secretValues')
      .innerJoin('secrets', 'secrets.id', 'secretValues.secretId')
      .select(['secretId', 'wrappedKey'])
      .where('encryptedBy', '=', 'SERVER_KEY')
      .where('secretId', '>', last)
      .orderBy('secretId')
      .limit(PAGE)
      .execute()
    for (const { secretId, wrappedKey: old } of rows) {
      const wrappedKey = await orDamaged(() => rewrapByServer({ secretId, wrappedKey: Buffer.from(old), from, to }))
      if (wrappedKey)
        await trx.updateTable('secretValues').set({ wrappedKey }).where('secretId', '=', secretId).execute()
      else damaged.push(secretId)
      last = secretId
    }
    done += rows.length
    if (rows.length < PAGE) return { done: done - damaged.length, damaged }
  }
}

async function rewrapProjects(trx: Trx, from: KeyObject, to: KeyObject) {
  const damaged: string[] = []
  const rows = await trx.selectFrom('projectKeys').selectAll().execute()
  for (const { projectId, wrappedKey: old } of rows) {
    const wrapped = Buffer.from(old)
    const wrappedKey = await orDamaged(async () => rewrapProjectKey({ masterKey: from, projectId, wrapped }, to))
    if (wrappedKey)
      await trx.updateTable('projectKeys').set({ wrappedKey }).where('projectId', '=', projectId).execute()
    else damaged.push(projectId)
  }
  return { done: rows.length - damaged.length, damaged }
}

/** A key that is damaged under the old master key cannot be re-wrapped. */
async function orDamaged(rewrap: () => Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await rewrap()
  } catch (error) {
    if (error instanceof DamagedValueError) return undefined
    throw error
  }
}

const noData = (dataDir: string) => new CommandError(`There is no data in ${dataDir} yet: it needs no new key.`)
