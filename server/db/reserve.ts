import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { rmSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { KyselyPlugin } from 'kysely'
import type { Log } from '../log.ts'
import type { Db } from './open.ts'
import { codeOf, freeBytes, storageTroubleOf, totalBytes } from './storageTrouble.ts'
import { foldLogEvery, foldLogNow } from './writeAheadLog.ts'

/** File name in the data folder. */
const FILE = 'reserve'
/**
 * Room for the last checkpoint, by which the database file grows (twice the automatic checkpoint, and the last write),
 * and for the pages that deleting overwrites.
 */
const MAX_BYTES = 16 * 1024 * 1024
/** On a small disk it is smaller, and so is the automatic checkpoint. */
const SHARE_OF_DISK = 1 / 4
/** The share of the reserve for the log between two automatic checkpoints. */
const SHARE_FOR_LOG = 1 / 8
const CHUNK = 256 * 1024
/** Milliseconds between the last operation that needed the reserve and its re-creation. */
const MADE_AGAIN_AFTER = 2_000
/** Milliseconds between two checks of the free space. */
const LOOK_AGAIN_AFTER = 250

const freeing = new AsyncLocalStorage<boolean>()

/** The error of the database's gate while the reserve is in use; the same as SQLite's for a full disk. */
class ReservedError extends Error {
  readonly code = 'SQLITE_FULL'
}

/**
 * Reserved disk space for operations that free space or revoke access: deleting, signing out, disabling. A file
 * occupies it until such an operation fails for lack of space. Then the file is deleted and the operation retried; all
 * other writes are refused until the file is back, so that they don't use up the space.
 */
export class Reserve {
  readonly #db: Db
  readonly #log: Log
  readonly #dataDir: string
  readonly #path: string
  #state: 'unused' | 'kept' | 'given' = 'unused'
  #making: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(db: Db, dataDir: string, log: Log) {
    this.#db = db
    this.#log = log
    this.#dataDir = dataDir
    this.#path = join(dataDir, FILE)
  }

  /** Whether it is missing although it should exist. */
  get isGiven(): boolean {
    return this.#state === 'given'
  }

  /** Creates the file if it is missing and the disk has space for it. */
  keep(): Promise<void> {
    this.#making ??= this.#keep().finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  /** Call it when the process ends. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#making
  }

  /** Runs an operation that frees space or revokes access, using the reserve if necessary. */
  run<T>(act: () => Promise<T>): Promise<T> {
    return freeing.run(true, async () => {
      try {
        return await act()
      } catch (error) {
        if (storageTroubleOf(error, this.#dataDir) !== 'full' || !this.#give()) throw error
        await this.#foldLog()
        return await act()
      } finally {
        if (this.#state === 'given') this.#makeAgainLater()
      }
    })
  }

  /** The gate in front of the database: rejects inserts and updates while only `run` may write. */
  readonly gate: KyselyPlugin = {
    transformQuery: ({ node }) => {
      const adds = node.kind === 'InsertQueryNode' || node.kind === 'UpdateQueryNode'
      if (adds && this.#state === 'given' && !freeing.getStore() && !this.#hasRoomAgain()) {
        throw new ReservedError('the rest of the disk is for deleting')
      }
      return node
    },
    transformResult: async ({ result }) => result,
  }

  #bytes(): number {
    return Math.min(MAX_BYTES, Math.floor(totalBytes(this.#dataDir) * SHARE_OF_DISK))
  }

  async #keep(): Promise<void> {
    if (this.#state === 'kept') return
    const bytes = this.#bytes()
    await foldLogEvery(this.#db, bytes * SHARE_FOR_LOG)
    if (sizeOf(this.#path) >= bytes || (freeBytes(this.#dataDir) >= bytes && (await this.#make(bytes)))) {
      this.#state = 'kept'
      return
    }
    if (this.#state === 'given') return
    this.#state = 'given'
    const facts = { freeBytes: freeBytes(this.#dataDir), needed: bytes }
    this.#log.error(
      'the disk of the data folder is full except for the space that deleting needs: nothing else is written',
      facts,
    )
  }

  /** Random bytes, because a file system may compress others. */
  async #make(bytes: number): Promise<boolean> {
    const unfinished = `${this.#path}.unfinished`
    try {
      const handle = await open(unfinished, 'w', 0o600)
      try {
        for (let at = 0; at < bytes; at += CHUNK) await handle.writeFile(randomBytes(Math.min(CHUNK, bytes - at)))
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(unfinished, this.#path)
      return true
    } catch (error) {
      await rm(unfinished, { force: true })
      this.#log.warn('the reserve for a full disk could not be created', { code: codeOf(error) })
      return false
    }
  }

  /** Frees the reserve. Returns whether there was anything to free, so that a retry makes sense. */
  #give(): boolean {
    if (this.#state === 'unused' && sizeOf(this.#path) < 0) return false
    if (this.#state !== 'given') {
      this.#log.error(
        'the disk is full: its reserve is in use for deleting and signing out, everything else is refused',
      )
    }
    this.#state = 'given'
    rmSync(this.#path, { force: true })
    return true
  }

  #makeAgainLater() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#makeAgain(), MADE_AGAIN_AFTER).unref()
  }

  async #makeAgain() {
    await this.#foldLog()
    await this.keep()
  }

  /** Deleting makes the write-ahead log grow; a checkpoint frees that space again. */
  async #foldLog() {
    await foldLogNow(this.#db).catch(() => {})
  }

  /** Somebody may have freed space: the next write notices, not only the hourly housekeeping. */
  #hasRoomAgain(): boolean {
    const now = performance.now()
    if (now - this.#lookedAt < LOOK_AGAIN_AFTER) return false
    this.#lookedAt = now
    if (freeBytes(this.#dataDir) < 2 * this.#bytes()) return false
    this.#state = 'unused'
    this.keep()
    return true
  }
}

/** The rest of the current work may not use the reserve, whatever started it. */
export const withoutReserve = <T>(work: () => T): T => freeing.run(false, work)

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1
}
