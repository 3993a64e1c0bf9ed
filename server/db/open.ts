import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  DEFAULT_MIGRATION_TABLE,
  Kysely,
  type KyselyPlugin,
  type Migration,
  Migrator,
  SqliteAdapter,
  SqliteDialect,
  sql,
  type Transaction,
} from 'kysely'
import LibSql from 'libsql'
import { FairSqliteDriver } from './driver.ts'
import { DataFolderError, inWords } from './folderErrors.ts'
import * as initial from './migrations/001_initial.ts'
import * as projectKeys from './migrations/002_project_keys.ts'
import * as processSessions from './migrations/003_process_sessions.ts'
import * as policies from './migrations/004_policies.ts'
import * as roleLdapGroups from './migrations/005_role_ldap_groups.ts'
import * as sessions from './migrations/006_sessions.ts'
import * as auditEvents from './migrations/007_audit_events.ts'
import * as storeLimits from './migrations/008_store_limits.ts'
import * as seedRows from './migrations/009_seed_rows.ts'
import type { Database } from './schema.ts'
import { foldLogNow } from './writeAheadLog.ts'

/** The database itself, outside of any transaction: what opens one takes it. */
export type Db = { readonly isTransaction: false; withPlugin(plugin: KyselyPlugin): Db } & Kysely<Database>

/** An open transaction: what changes several rows, or one after a check, takes it, and the audit log does. */
export type Trx = Transaction<Database>

/** Either: what only reads takes it, so that a check can be part of the change that it guards. */
export type Reader = Pick<Kysely<Database>, 'selectFrom' | 'getExecutor'>

/** Another process has the data folder open. */
export class DataFolderInUseError extends DataFolderError {}

const MIGRATIONS: Record<string, Migration> = {
  '001_initial': initial,
  '002_project_keys': projectKeys,
  '003_process_sessions': processSessions,
  '004_policies': policies,
  '005_role_ldap_groups': roleLdapGroups,
  '006_sessions': sessions,
  '007_audit_events': auditEvents,
  '008_store_limits': storeLimits,
  '009_seed_rows': seedRows,
}

/** The name of the database's file inside the data folder. */
export const DATABASE_FILE = 'concord.db'

/** Opens the database of a data folder, which is made when it is missing, and brings its schema up to date. */
export async function openDatabase(dataDir: string): Promise<Db> {
  const db = lockDatabase(dataDir)
  try {
    await migrate(db)
    return db
  } catch (error) {
    await db.destroy()
    throw inWords(error, dataDir)
  }
}

/**
 * Opens the database as it is, for those who have to look into it before its schema changes.
 *
 * The exclusive lock is SQLite's own lock on the file, so that it ends with the process, however that ends. Throws a
 * DataFolderInUseError when another process holds it, another DataFolderError when the folder cannot be used.
 */
export function lockDatabase(dataDir: string): Db {
  let file: LibSql.Database | undefined
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    file = new LibSql(join(dataDir, DATABASE_FILE), { timeout: 200 })
    file.exec('PRAGMA locking_mode = EXCLUSIVE')
    file.exec('PRAGMA journal_mode = WAL')
    file.exec('PRAGMA synchronous = FULL')
    file.exec('PRAGMA foreign_keys = ON')
    // What is deleted is overwritten: nothing of a value that is gone stays in a free page.
    file.exec('PRAGMA secure_delete = ON')
    // A write, so that the exclusive lock is taken now and not with the first request.
    file.exec('BEGIN EXCLUSIVE; COMMIT')
  } catch (error) {
    file?.close()
    if (error instanceof Error && /locked|busy/i.test(`${error.message} ${(error as { code?: string }).code}`)) {
      throw new DataFolderInUseError(`Another process uses the data folder ${dataDir}. Stop it first.`)
    }
    throw inWords(error, dataDir)
  }
  // libsql's synchronous API is better-sqlite3's, which is what kysely's dialect expects. The type says what it is not.
  return new Kysely<Database>({ dialect: new Dialect(file) }) as Db
}

class Dialect extends SqliteDialect {
  readonly #file: LibSql.Database

  constructor(file: LibSql.Database) {
    super({ database: file as never })
    this.#file = file
  }

  override createDriver() {
    return new FairSqliteDriver({ database: this.#file as never })
  }

  /** Changes of the schema are part of a transaction in SQLite, which kysely does not make use of by itself. */
  override createAdapter() {
    return new (class extends SqliteAdapter {
      override get supportsTransactionalDdl() {
        return true
      }
    })()
  }
}

/**
 * Brings the schema up to date; a new database gets its first one. All of it or nothing, in one transaction: a start that
 * is cut short leaves what was there, and the next one begins anew.
 */
export async function migrate(db: Db, migrations = MIGRATIONS): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const unknown = (await doneMigrations(db)).find((name) => !Object.hasOwn(migrations, name))
  if (unknown) {
    throw new DataFolderError(
      `The data is of a newer version of this program (${unknown} is unknown here). Start that version, or restore a ` +
        'backup from before the upgrade; nothing has been changed.',
    )
  }
  const { error } = await migrator.migrateToLatest()
  if (error) throw new Error('The database could not be brought up to date', { cause: error })
}

async function doneMigrations(db: Db): Promise<string[]> {
  if (!(await hasTable(db, DEFAULT_MIGRATION_TABLE))) return []
  const { rows } = await sql<{ name: string }>`SELECT name FROM ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db)
  return rows.map(({ name }) => name)
}

export async function hasTable(db: Db, name: string): Promise<boolean> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  return tables.some((table) => table.name === name)
}

/**
 * Folds the write-ahead log into the database's file and closes it: what is left is one file with everything in it. Where
 * the disk does not take that, as a full one, it is closed as after a power cut, which loses nothing; answers the error.
 */
export async function closeDatabase(db: Db): Promise<Error | undefined> {
  const trouble = await foldLogNow(db).then(
    () => undefined,
    (error: Error) => error,
  )
  await db.destroy()
  return trouble
}

/** What SQLite finds wrong with a database that nobody uses, such as a backup; undefined: nothing. Takes its time. */
export function findDamage(file: string): string | undefined {
  const copy = new LibSql(file, { readonly: true })
  try {
    const { quick_check: found } = copy.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
    return found === 'ok' ? undefined : found
  } catch (error) {
    return (error as Error).message
  } finally {
    copy.close()
  }
}
