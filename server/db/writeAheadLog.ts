import { fstatSync, open, read, statSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import type { Db } from './open.ts'

/*
 * A checkpoint moves the write-ahead log into the database file. Between two checkpoints the file does not change: all
 * writes go to the log. So a copy of the file made while no checkpoint runs is the database as of the last one, however
 * long the copy takes (docs/decisions/backup.md).
 */

const SLICE = 1024 * 1024

/** The file changed while it was copied, because the server stopped or the disk was full. */
export class DisturbedError extends Error {}

interface Copy {
  disturbed: boolean
}

/** Keyed by an object that a database shares with its plugin and transaction variants. */
const copies = new WeakMap<object, Copy>()
const identityOf = (db: Db) => db.getExecutor().adapter

export const isBeingCopied = (db: Db) => copies.has(identityOf(db))

/** SQLite's default. */
const MAX_PAGES = 1000
const PAGE_BYTES = 4096
const pagesOf = new WeakMap<object, number>()

/** Sets the size of the log in bytes at which SQLite checkpoints automatically, at most the default. */
export async function foldLogEvery(db: Db, bytes: number): Promise<void> {
  pagesOf.set(identityOf(db), Math.max(1, Math.min(MAX_PAGES, Math.floor(bytes / PAGE_BYTES))))
  if (!isBeingCopied(db)) await foldByItself(db)
}

const foldByItself = (db: Db) =>
  sql`PRAGMA wal_autocheckpoint = ${sql.lit(pagesOf.get(identityOf(db)) ?? MAX_PAGES)}`.execute(db)

/** Checkpoints the log, unless the file is being copied: then the log keeps growing until the next time. */
export async function foldLog(db: Db): Promise<void> {
  if (!isBeingCopied(db)) await checkpoint(db)
}

/** The same immediately, which aborts a running copy. */
export async function foldLogNow(db: Db): Promise<void> {
  const copy = copies.get(identityOf(db))
  if (copy) copy.disturbed = true
  await checkpoint(db)
}

async function checkpoint(db: Db) {
  const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)
  if (rows[0]?.busy) throw new Error('The write-ahead log could not be checkpointed')
}

/**
 * Copies a snapshot of the database to a new file, while it can still be read and written. Resolves with the copy's
 * size when the copy is complete and on disk. Only one copy can run at a time: see `isBeingCopied`.
 */
export async function copyDatabase(db: Db, target: string): Promise<number> {
  const copy: Copy = { disturbed: false }
  copies.set(identityOf(db), copy)
  try {
    await sql`PRAGMA wal_autocheckpoint = 0`.execute(db)
    await checkpoint(db)
    return await copyFile(await sourceOf(db), target, copy)
  } finally {
    copies.delete(identityOf(db))
    // A database that was closed meanwhile no longer has this setting.
    await foldByItself(db).catch(() => {})
  }
}

const readSlice = promisify(read)

/** Copies in slices, each in the thread pool, then reads both files again to compare them. */
async function copyFile(source: number, target: string, copy: Copy): Promise<number> {
  const { size } = fstatSync(source)
  const buffer = Buffer.alloc(SLICE)
  const file = await openFile(target, 'wx+', 0o600)
  try {
    const slices = async function* () {
      for (let position = 0; position < size; ) {
        const { bytesRead } = await readSlice(source, buffer, 0, SLICE, position)
        if (bytesRead === 0 || copy.disturbed) throw new DisturbedError('The database was closed')
        if (position === 0) becomeOneFile(buffer)
        yield { slice: buffer.subarray(0, bytesRead), position }
        position += bytesRead
      }
    }
    for await (const { slice, position } of slices()) {
      for (let written = 0; written < slice.length; ) {
        written += (await file.write(slice, written, slice.length - written, position + written)).bytesWritten
      }
    }
    await file.sync()
    const written = Buffer.alloc(SLICE)
    for await (const { slice, position } of slices()) {
      await file.read(written, 0, slice.length, position)
      if (!slice.equals(written.subarray(0, slice.length))) throw new Error('the copy differs from the database')
    }
    return size
  } finally {
    await file.close()
  }
}

/**
 * The file format's read and write version, 2 for a database with a write-ahead log. The copy has no log, so that any
 * program can open it anywhere; the server switches it back.
 */
function becomeOneFile(header: Buffer) {
  header.fill(1, 18, 20)
}

/**
 * Open database files, by path. Never closed: when a process closes any handle of a file, all its locks on the file
 * end, and SQLite's lock is what keeps a second server out.
 */
const sources = new Map<string, number>()

async function sourceOf(db: Db): Promise<number> {
  const { rows } = await sql<{ name: string; file: string }>`PRAGMA database_list`.execute(db)
  const path = rows.find(({ name }) => name === 'main')?.file
  if (!path) throw new Error('The database has no file')
  const known = sources.get(path)
  if (known !== undefined && isAt(known, path)) return known
  const opened = await promisify(open)(path, 'r')
  sources.set(path, opened)
  return opened
}

/** Whether an open file is still the one at this path. */
function isAt(file: number, path: string): boolean {
  const [open, named] = [fstatSync(file), statSync(path)]
  return open.ino === named.ino && open.dev === named.dev
}

/**
 * Checkpoints the write-ahead log into the database file and closes it, so that a single file remains. If the disk does
 * not allow that, for instance because it is full, closes it as after a power cut, which loses nothing, and returns the
 * error.
 */
export async function closeDatabase(db: Db): Promise<Error | undefined> {
  const trouble = await foldLogNow(db).then(
    () => undefined,
    (error: Error) => error,
  )
  await db.destroy()
  return trouble
}
