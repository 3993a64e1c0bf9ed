import { fstatSync, open, read, statSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import type { Db } from './open.ts'

/*
 * A checkpoint folds the write-ahead log into the database's file. Between two of them the file does not change: all
 * writes go to the log. So a copy of the file that is made while no checkpoint runs is the database as it was at the last
 * one, however long that takes (docs/decisions/backup.md).
 */

const SLICE = 1024 * 1024

/** The file changed while it was copied, as the server stopped or a full disk had to be relieved. */
export class DisturbedError extends Error {}

interface Copy {
  disturbed: boolean
}

/** By what a database has in common with itself under plugins and in transactions. */
const copies = new WeakMap<object, Copy>()
const identityOf = (db: Db) => db.getExecutor().adapter

export const isBeingCopied = (db: Db) => copies.has(identityOf(db))

/** SQLite's default. */
const MOST_PAGES = 1000
const PAGE_BYTES = 4096
const pagesOf = new WeakMap<object, number>()

/** Lets SQLite fold the log into the file by itself whenever it has so many bytes, at most as many as by default. */
export async function foldLogEvery(db: Db, bytes: number): Promise<void> {
  pagesOf.set(identityOf(db), Math.max(1, Math.min(MOST_PAGES, Math.floor(bytes / PAGE_BYTES))))
  if (!isBeingCopied(db)) await foldByItself(db)
}

const foldByItself = (db: Db) =>
  sql`PRAGMA wal_autocheckpoint = ${sql.lit(pagesOf.get(identityOf(db)) ?? MOST_PAGES)}`.execute(db)

/** Folds the log into the file, unless a copy of that is being made: then it goes on growing until the next time. */
export async function foldLog(db: Db): Promise<void> {
  if (!isBeingCopied(db)) await checkpoint(db)
}

/** The same at once, which a copy that is being made does not survive. */
export async function foldLogNow(db: Db): Promise<void> {
  const copy = copies.get(identityOf(db))
  if (copy) copy.disturbed = true
  await checkpoint(db)
}

async function checkpoint(db: Db) {
  const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)
  if (rows[0]?.busy) throw new Error('The write-ahead log could not be folded')
}

/**
 * Copies the database to a new file as it is at the beginning, while it goes on being read and written; returns the copy's
 * size. The copy is complete and on the disk then. One at a time: see `isBeingCopied`.
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
    // A database that was closed meanwhile has no such setting any more.
    await foldByItself(db).catch(() => {})
  }
}

const readSlice = promisify(read)

/** In slices, each by a thread of its own; then once more, to see that it is the same. */
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
      if (!slice.equals(written.subarray(0, slice.length))) throw new Error('what was written is not what is read')
    }
    return size
  } finally {
    await file.close()
  }
}

/**
 * The file format's read and write version, 2 for a database with a write-ahead log. The copy has none, so that any program
 * opens it, wherever it lies; the server gives it one again.
 */
function becomeOneFile(header: Buffer) {
  header.fill(1, 18, 20)
}

/**
 * Open files of databases, by their paths. Never closed: the locks on a file end with the first close of it by the process,
 * whoever opened it, and SQLite's lock is what keeps a second server out.
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

/** Whether an open file is the one that has the path now. */
function isAt(file: number, path: string): boolean {
  const [open, named] = [fstatSync(file), statSync(path)]
  return open.ino === named.ino && open.dev === named.dev
}
