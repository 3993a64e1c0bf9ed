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
import { readDirectly } from './compiled.ts'
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
import * as memberships from './migrations/010_memberships.ts'
import * as secretList from './migrations/011_secret_list.ts'
import type { Database } from './schema.ts'

/** The database itself, outside of any transaction: what opens one takes it. */
export type Db = { readonly isTransaction: false; withPlugin(plugin: KyselyPlugin): Db } & Kysely<Database>

/** An open transaction: what changes several rows, or one after a check, takes it, and the audit log does. */
export type Trx = Transaction<Database>

/** Either: what only reads takes it, so that a check can be part of the change that it guards. */
export type Reader = Pick<Kysely<Database>, 'selectFrom' | 'getExecutor'>

/** Another process uses the data folder. */
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
  '010_memberships': memberships,
  '011_secret_list': secretList,
}

/** The database's file name in the data folder. */
export const DATABASE_FILE = 'concord.db'

/** Opens the database of a data folder and migrates its schema. Creates the folder if it is missing. */
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
 * Opens the database without migrating it, for callers that have to read it first. The exclusive lock is SQLite's own
 * lock on the file, so it ends with the process, even after a crash. Throws a DataFolderInUseError if another process
 * holds it, and another DataFolderError if the folder is unusable.
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
    // Overwrites deleted data, so that no part of a deleted value stays in a free page.
    file.exec('PRAGMA secure_delete = ON')
    // A write, to take the exclusive lock now and not with the first request.
    file.exec('BEGIN EXCLUSIVE; COMMIT')
  } catch (error) {
    file?.close()
    if (error instanceof Error && /locked|busy/i.test(`${error.message} ${(error as { code?: string }).code}`)) {
      throw new DataFolderInUseError(`Another process uses the data folder ${dataDir}. Stop it first.`)
    }
    throw inWords(error, dataDir)
  }
  const driver = new FairSqliteDriver(file)
  // The type says what it is not.
  const db = new Kysely<Database>({ dialect: new Dialect(file, driver) }) as Db
  readDirectly(db, driver)
  return db
}

class Dialect extends SqliteDialect {
  readonly #driver: FairSqliteDriver

  /** libsql's synchronous API is better-sqlite3's, which is what kysely's dialect expects. */
  constructor(file: LibSql.Database, driver: FairSqliteDriver) {
    super({ database: file as never })
    this.#driver = driver
  }

  override createDriver() {
    return this.#driver
  }

  /** In SQLite, schema changes can be part of a transaction, which kysely does not use by itself. */
  override createAdapter() {
    return new (class extends SqliteAdapter {
      override get supportsTransactionalDdl() {
        return true
      }
    })()
  }
}

/**
 * Migrates the schema, or creates it in a new database. It is one transaction, so an interrupted start changes nothing
 * and the next start tries again.
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
 * Checks a database that is not in use, such as a backup. Returns the problem that SQLite finds, or undefined. Slow.
 */
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
