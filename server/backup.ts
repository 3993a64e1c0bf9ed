import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { sql } from 'kysely'
import type { Db } from './db/open.ts'

/** A refusal, in words for the person at the terminal. */
export class BackupError extends Error {}

/** Writes a consistent copy of the database, without stopping anything; answers its size. Never overwrites a file. */
export async function backUp(db: Db, { file }: { file: string }): Promise<{ bytes: number }> {
  if (!isAbsolute(file)) throw new BackupError('The name of the backup must be an absolute path.')
  if (existsSync(file)) throw new BackupError(`${file} exists already; a backup overwrites nothing.`)
  // Under another name until it is whole and on the disk.
  const unfinished = `${file}.unfinished`
  try {
    rmSync(unfinished, { force: true })
    await sql`VACUUM INTO ${unfinished}`.execute(db)
    sync(unfinished, 'r+')
    renameSync(unfinished, file)
    // The name is the folder's; Windows opens no folders.
    if (process.platform !== 'win32') sync(dirname(file), 'r')
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw new BackupError(`${file} could not be written: ${(error as Error).message}`)
  }
  return { bytes: statSync(file).size }
}

/** Waits until a file, or the names in a folder, are on the disk. */
function sync(path: string, flags: 'r' | 'r+') {
  const handle = openSync(path, flags)
  fsyncSync(handle)
  closeSync(handle)
}
