import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, type Migration, Migrator, SqliteDialect, sql } from 'kysely'
import LibSql from 'libsql'
import * as initial from './migrations/001_initial.ts'
import * as projectKeys from './migrations/002_project_keys.ts'
import * as processSessions from './migrations/003_process_sessions.ts'
import * as policies from './migrations/004_policies.ts'
import * as roleLdapGroups from './migrations/005_role_ldap_groups.ts'
import type { Database } from './schema.ts'

export type Db = Kysely<Database>

/** Another process has the data folder open. */
export class DataFolderInUseError extends Error {}

const MIGRATIONS: Record<string, Migration> = {
  '001_initial': initial,
  '002_project_keys': projectKeys,
  '003_process_sessions': processSessions,
  '004_policies': policies,
  '005_role_ldap_groups': roleLdapGroups,
}

/** The name of the database's file inside the data folder. */
export const DATABASE_FILE = 'concord.db'

/** Opens the database of a data folder, which is made when it is missing, and brings its schema up to date. */
export async function openDatabase(dataDir: string): Promise<Db> {
  const db = lockDatabase(dataDir)
  await migrate(db)
  return db
}

/**
 * Opens the database as it is, for those who have to look into it before its schema changes.
 *
 * The exclusive lock is SQLite's own lock on the file, so that it ends with the process, however that ends. Throws a
 * DataFolderInUseError when another process holds it.
 */
export function lockDatabase(dataDir: string): Db {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = new LibSql(join(dataDir, DATABASE_FILE), { timeout: 200 })
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE')
    file.exec('PRAGMA journal_mode = WAL')
    file.exec('PRAGMA synchronous = FULL')
    file.exec('PRAGMA foreign_keys = ON')
    // A write, so that the exclusive lock is taken now and not with the first request.
    file.exec('BEGIN EXCLUSIVE; COMMIT')
  } catch (error) {
    file.close()
    if (error instanceof Error && /locked|busy/i.test(`${error.message} ${(error as { code?: string }).code}`)) {
      throw new DataFolderInUseError(`Another process uses the data folder ${dataDir}. Stop it first.`)
    }
    throw error
  }
  // libsql's synchronous API is better-sqlite3's, which is what kysely's dialect expects.
  return new Kysely<Database>({ dialect: new SqliteDialect({ database: file as never }) })
}

/** Brings the schema up to date; a new database gets its first one. */
export async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw new Error('The database could not be brought up to date', { cause: error })
}

/** Folds the write-ahead log into the database's file and closes it: what is left is one file with everything in it. */
export async function closeDatabase(db: Db): Promise<void> {
  await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)
  await db.destroy()
}
