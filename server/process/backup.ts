import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import type { Db } from '../db/open.ts'
import { copyDatabase, isBeingCopied } from '../db/writeAheadLog.ts'

/** An error with a message for the user of the command line. */
export class BackupError extends Error {}

/**
 * Writes a consistent copy of the database, without blocking anything, and returns its size. Never overwrites a file.
 */
export async function backUp(db: Db, { file }: { file: string }): Promise<{ bytes: number }> {
  if (!isAbsolute(file)) throw new BackupError('The name of the backup must be an absolute path.')
  if (existsSync(file)) throw new BackupError(`${file} already exists; a backup never overwrites a file.`)
  if (isBeingCopied(db)) throw new BackupError('Another backup is being written. Wait until it is done.')
  // Under another name until it is complete and on disk.
  const unfinished = `${file}.unfinished`
  try {
    rmSync(unfinished, { force: true })
    const bytes = await copyDatabase(db, unfinished)
    renameSync(unfinished, file)
    // The name is part of the folder; Windows cannot open folders.
    if (process.platform !== 'win32') sync(dirname(file))
    return { bytes }
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw new BackupError(`${file} could not be written: ${(error as Error).message}`)
  }
}

/** Waits until the names in a folder are on disk. */
function sync(folder: string) {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
