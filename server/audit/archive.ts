import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Db, Trx } from '../db/open.ts'
import type { AuditRow } from '../db/schema.ts'
import { readSetting, writeSetting } from '../db/settings.ts'

type Entry = Omit<AuditRow, 'seq'> & { seq: number }

/** The file that was last written to, and its size with everything whose rows are gone. */
interface Written {
  file: string
  size: number
}

/**
 * Removes entries of the audit log after they are on the disk in `audit-archive-DATE.jsonl.gz`: a line of JSON each, each
 * slice a gzip member of its own. A file that a crash has left with more than is known to be whole is never written to
 * again: its last slice is then in the next file too.
 *
 * @returns the name of the file
 */
export async function archive(db: Db, dataDir: string, entries: Entry[]): Promise<string> {
  const lines = entries.sort((a, b) => a.seq - b.seq).map(lineOf)
  const bytes = await promisify(gzip)(lines.join(''))
  const written = await append(dataDir, bytes, await lastWritten(db))
  await db.transaction().execute(async (trx) => {
    await removeEntries(trx, entries)
    await writeSetting(trx, 'auditArchive', Buffer.from(JSON.stringify(written)))
  })
  return written.file
}

export async function removeEntries(db: Db | Trx, entries: Entry[]): Promise<void> {
  const seqs = entries.map(({ seq }) => seq)
  await db.deleteFrom('auditLog').where('seq', 'in', seqs).execute()
}

const lineOf = ({ details, ...entry }: Entry) => `${JSON.stringify({ ...entry, details: JSON.parse(details) })}\n`

async function lastWritten(db: Db): Promise<Written | undefined> {
  const value = await readSetting(db, 'auditArchive')
  return value && JSON.parse(value.toString())
}

async function append(dataDir: string, bytes: Buffer, last: Written | undefined): Promise<Written> {
  const { handle, file, size } = await openFile(dataDir, last)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
    // The name of a new file is the folder's; Windows opens no folders.
    if (size === 0 && process.platform !== 'win32') await syncFolder(dataDir)
  } catch (error) {
    // As it was, so that the next try is not a torn slice and another file; on a bad disk it is just that.
    await (size === 0 ? rm(join(dataDir, file)) : handle.truncate(size)).catch(() => {})
    throw error
  } finally {
    await handle.close()
  }
  return { file, size: size + bytes.length }
}

/** Today's file, if the last slice went there and nothing has come after it; else a new one of the next free name. */
async function openFile(dataDir: string, last: Written | undefined) {
  const today = `audit-archive-${new Date().toISOString().slice(0, 10)}`
  if (last?.file.startsWith(today)) {
    const found = await stat(join(dataDir, last.file)).catch(() => undefined)
    if (found?.size === last.size) {
      return { ...last, handle: await open(join(dataDir, last.file), 'a') }
    }
  }
  for (let number = 1; ; number++) {
    const file = `${today}${number === 1 ? '' : `.${number}`}.jsonl.gz`
    const handle = await create(join(dataDir, file))
    if (handle) return { file, size: 0, handle }
  }
}

async function create(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'ax', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
}

async function syncFolder(folder: string) {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
