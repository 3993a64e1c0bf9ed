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

/** Inside the data folder. */
const FILE = 'reserve'
/**
 * Of this has to come what the write-ahead log still owes to the database's file, which grows by as much (twice the
 * automatic checkpoint, and the one write that came last), and the pages that deleting overwrites.
 */
const MOST_BYTES = 16 * 1024 * 1024
/** On a small disk it is smaller, and so is what the log may owe. */
const SHARE_OF_DISK = 1 / 4
/** Of the reserve, for the log between two automatic checkpoints. */
const SHARE_FOR_LOG = 1 / 8
const CHUNK = 256 * 1024
/** Milliseconds after the last act that needed it before it is made again. */
const MADE_AGAIN_AFTER = 2_000
/** Milliseconds between two looks at how much room there is. */
const LOOK_AGAIN_AFTER = 250

const freeing = new AsyncLocalStorage<boolean>()

/** What the gate in front of the database says while the reserve is in use; SQLite says the same of a full disk. */
class ReservedError extends Error {
  readonly code = 'SQLITE_FULL'
}

/**
 * Room on the disk for acts that make room or end somebody's access: deleting, signing out, disabling. A file takes it
 * until such an act fails for want of space. Then the file goes and the act is done again; all other writes are refused
 * until the file is back, so that they do not eat what it gave.
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

  /** Whether it is not there although it should be. */
  get isGiven(): boolean {
    return this.#state === 'given'
  }

  /** Makes the file, if there is none and the disk has room for it. */
  keep(): Promise<void> {
    this.#making ??= this.#keep().finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  /** For the end of the process. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#making
  }

  /** Runs what makes room or ends access, with the reserve if it has to be. */
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

  /** In front of the database: refuses to add rows and to change them while only `run` may write. */
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
    return Math.min(MOST_BYTES, Math.floor(totalBytes(this.#dataDir) * SHARE_OF_DISK))
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
    this.#log.error('the disk of the data folder is full but for what deleting needs: nothing else is written', facts)
  }

  /** Random bytes, as a file system may keep others in less room than they have. */
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
      this.#log.warn('the reserve for a full disk was not made', { code: codeOf(error) })
      return false
    }
  }

  /** Answers whether there is anything to try again with. */
  #give(): boolean {
    if (this.#state === 'unused' && sizeOf(this.#path) < 0) return false
    if (this.#state !== 'given') {
      this.#log.error('the disk is full: its reserve is in use for what deletes or signs out, all else is refused')
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

  /** The write-ahead log grows by what is deleted; folded into the database, that room is free again. */
  async #foldLog() {
    await foldLogNow(this.#db).catch(() => {})
  }

  /** Somebody may have made room: that is noticed by the next write, not only by the next hour. */
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

/** The rest of the work at hand, whatever it was started by, may not use the reserve. */
export const withoutReserve = <T>(work: () => T): T => freeing.run(false, work)

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1
}
