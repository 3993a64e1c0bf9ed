import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Db, Trx } from '../db/open.ts'
import type { AuditRow } from '../db/schema.ts'
import { readSetting, writeSetting } from '../db/settings.ts'

type Entry = Omit<AuditRow, 'seq'> & { seq: number }

/** The last file written to, and its size up to the last slice whose rows were deleted. */
interface Written {
  file: string
  size: number
}

/**
 * Writes entries of the audit log to `audit-archive-DATE.jsonl.gz`, one line of JSON each, each slice as a separate
 * gzip member, and deletes them once the file is on disk. A file that a crash left longer than its recorded size is
 * never written to again: its last slice is then also in the next file. @returns the name of the file
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
    // The name of a new file is part of the folder; Windows cannot open folders.
    if (size === 0 && process.platform !== 'win32') await syncFolder(dataDir)
  } catch (error) {
    // Truncate it, so that the next attempt does not need a new file after a torn slice. This may fail on a bad disk.
    await (size === 0 ? rm(join(dataDir, file)) : handle.truncate(size)).catch(() => {})
    throw error
  } finally {
    await handle.close()
  }
  return { file, size: size + bytes.length }
}

/**
 * Today's file, if the last slice was written there and nothing after it; otherwise a new file with the next free name.
 */
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
