import { accessSync, constants, statfsSync } from 'node:fs'
import { type HttpError, textError } from '../errors.ts'

/** Why the data folder cannot be written to. */
export type StorageTrouble = 'full' | 'read-only'

/** SQLite and the file system have different codes. EDQUOT is an exhausted disk quota. */
const CODES: [codes: RegExp, trouble: StorageTrouble][] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)$/, 'full'],
  [/^(SQLITE_READONLY\w*|EROFS)$/, 'read-only'],
]
/** SQLite's code for most failures of a system call. */
const FAILED_CALL = /^SQLITE_IOERR/
/** Less than this has no room for a database page and its frame in the write-ahead log. */
const NO_ROOM = 64 * 1024

/** Returns why a write failed, if the reason is a full disk or a read-only database. */
export function storageTroubleOf(error: unknown, dataDir: string): StorageTrouble | undefined {
  const code = codeOf(error)
  if (code === undefined) return undefined
  const known = CODES.find(([codes]) => codes.test(code))?.[1]
  if (known || !FAILED_CALL.test(code)) return known
  if (isReadOnly(dataDir)) return 'read-only'
  return freeBytes(dataDir) < NO_ROOM ? 'full' : undefined
}

/** The disk failed, but is neither full nor read-only as far as we can see. */
export const isDiskFailure = (error: unknown) => FAILED_CALL.test(codeOf(error) ?? '')

/**
 * Returns the code of SQLite or the operating system from an error or its cause. Never a message, which can quote
 * values.
 */
export function codeOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code)) return code
  return cause === undefined ? undefined : codeOf(cause)
}

/** The space available to unprivileged programs; unlimited if the file system does not say. */
export function freeBytes(folder: string): number {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder)
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** The size of a folder's file system. */
export function totalBytes(folder: string): number {
  const { blocks, bsize } = statfsSync(folder)
  return blocks === 0 ? Number.POSITIVE_INFINITY : blocks * bsize
}

function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return false
  } catch (error) {
    return codeOf(error) === 'EROFS'
  }
}

/**
 * Ours: Concord's data is in PostgreSQL. A full disk is a 507, as the client can do nothing about it and the same request
 * succeeds once there is room. What is read-only does not get writable by making room, so it is a 503.
 */
export function storageError(trouble: StorageTrouble, admin: boolean): HttpError {
  const { status, what, remedy } = STORAGE_ERRORS[trouble]
  return textError(status, `${what} Nothing was changed. ${admin ? remedy : 'Ask an admin of this server.'}`)
}

const STORAGE_ERRORS: Record<StorageTrouble, { status: number; what: string; remedy: string }> = {
  full: {
    status: 507,
    what: "The server's disk is full.",
    remedy: 'Make room on the disk of its data folder (DATA_DIR), or delete secrets.',
  },
  'read-only': {
    status: 503,
    what: "The server's database is read-only.",
    remedy: 'Make its data folder (DATA_DIR) writable; the log of the operating system may say why it is not.',
  },
}
