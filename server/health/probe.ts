import { readSetting, writeSetting } from '../db/settings.ts'
import { codeOf, freeBytes, storageTroubleOf } from '../db/storageTrouble.ts'
import type { Services } from '../services.ts'
import { verifyKeyCheck } from '../vault/masterKey.ts'
import { onceASecond } from '../waiting/onceASecond.ts'

/** Milliseconds between two writes while they succeed, because each goes to the disk. */
const WRITE_AGAIN_AFTER = 10_000
const PATIENCE = 2_000
/** Room for a value and its envelope. */
const MIN_FREE = 1024 * 1024

interface Readiness {
  ready: boolean
  reasons: string[]
}

/** Checks whether the server can work. The reasons contain no paths or versions, because anybody can request them. */
export function probe(services: Services): () => Promise<Readiness> {
  const probe = new Probe(services)
  return onceASecond(async () => {
    const reasons = await probe.reasons()
    return { ready: reasons.length === 0, reasons }
  })
}

class Probe {
  readonly #services: Services
  #wroteAt = Number.NEGATIVE_INFINITY
  /** A check still in progress: the next one does not queue behind it. */
  #pending: Promise<string[]> | undefined

  constructor(services: Services) {
    this.#services = services
  }

  async reasons(): Promise<string[]> {
    const { config, reserve } = this.#services
    const short = reserve.isGiven || freeBytes(config.dataDir) < MIN_FREE ? ['the disk is full'] : []
    this.#pending ??= this.#askDatabase().finally(() => {
      this.#pending = undefined
    })
    const slow = new Promise<string[]>((resolve) =>
      setTimeout(() => resolve(['the database does not respond']), PATIENCE).unref(),
    )
    const said = await Promise.race([this.#pending, slow])
    return [...new Set([...short, ...said])]
  }

  async #askDatabase(): Promise<string[]> {
    const { db, config, log, masterKey } = this.#services
    try {
      const check = await readSetting(db, 'masterKeyCheck')
      if (!check || !verifyKeyCheck(masterKey, check)) return ['the master key does not match the data']
      await this.#write()
      return []
    } catch (error) {
      log.error('not ready', { name: (error as Error).name, code: codeOf(error) })
      const trouble = storageTroubleOf(error, config.dataDir)
      return [trouble ? `the ${trouble === 'full' ? 'disk is full' : 'database is read-only'}` : 'the database fails']
    }
  }

  /** Committed, because a rolled back write never gets to the disk; not on every check, to spare the disk. */
  async #write() {
    const now = performance.now()
    if (now - this.#wroteAt < WRITE_AGAIN_AFTER) return
    await writeSetting(this.#services.db, 'lastProbe', Buffer.from(new Date().toISOString()))
    this.#wroteAt = now
  }
}
