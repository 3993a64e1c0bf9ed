import type { Hono } from 'hono'
import { codeOf, freeBytes, storageTroubleOf } from '../db/storageTrouble.ts'
import { KEY_CHECK } from '../firstRun/setup.ts'
import { operation, resource } from '../http/operation.ts'
import type { Env, Services } from '../services.ts'
import { verifyKeyCheck } from '../vault/masterKey.ts'
import { workFor } from '../waiting/person.ts'

/** Milliseconds that an answer is good for: however many ask, the server looks once a second. */
const GOOD_FOR = 1_000
/** Milliseconds between two writes while they succeed, as each goes to the disk. */
const WRITE_AGAIN_AFTER = 10_000
const PATIENCE = 2_000
/** A value and its envelope. */
const LEAST_FREE = 1024 * 1024

const SETTING = 'lastProbe'

export interface Readiness {
  ready: boolean
  reasons: string[]
}

/** For load balancers and Kubernetes (docs/operations.md); anonymous, so that the reasons name no path and no version. */
export function readinessRoutes(app: Hono<Env>, services: Services) {
  const probe = new Probe(services)
  const ask = onceASecond(() => probe.reasons())

  resource(app, '/api/x/live', {
    GET: operation({ summary: 'Tell whether the process answers' }, () => ({ live: true })),
  })

  resource(app, '/api/x/ready', {
    GET: operation({ summary: 'Tell whether the server can do its work', answers: [200, 503] }, async () => {
      const readiness = await ask()
      const headers = { 'Content-Type': 'application/json' }
      return new Response(JSON.stringify(readiness), { status: readiness.ready ? 200 : 503, headers })
    }),
  })
}

/** Answers from what it found within the last second; all who ask at once share one look. */
export function onceASecond(look: () => Promise<string[]>): () => Promise<Readiness> {
  let looking: Promise<Readiness> | undefined
  let found: { at: number; readiness: Readiness } | undefined
  return () => {
    if (found && performance.now() - found.at < GOOD_FOR) return Promise.resolve(found.readiness)
    // For nobody: a crowd of one network that asks must not make it wait in its line.
    looking ??= workFor('', look)
      .then((reasons) => {
        const readiness = { ready: reasons.length === 0, reasons }
        found = { at: performance.now(), readiness }
        return readiness
      })
      .finally(() => {
        looking = undefined
      })
    return looking
  }
}

class Probe {
  readonly #services: Services
  #wroteAt = Number.NEGATIVE_INFINITY
  /** Still under way: the next look does not queue a second one behind it. */
  #pending: Promise<string[]> | undefined

  constructor(services: Services) {
    this.#services = services
  }

  async reasons(): Promise<string[]> {
    const { config, reserve } = this.#services
    const short = reserve.isGiven || freeBytes(config.dataDir) < LEAST_FREE ? ['the disk is full'] : []
    this.#pending ??= this.#askDatabase().finally(() => {
      this.#pending = undefined
    })
    const slow = new Promise<string[]>((resolve) =>
      setTimeout(() => resolve(['the database does not answer']), PATIENCE).unref(),
    )
    const said = await Promise.race([this.#pending, slow])
    return [...new Set([...short, ...said])]
  }

  async #askDatabase(): Promise<string[]> {
    const { db, config, log, masterKey } = this.#services
    try {
      const check = await db.selectFrom('settings').select('value').where('name', '=', KEY_CHECK).executeTakeFirst()
      if (!check || !verifyKeyCheck(masterKey, Buffer.from(check.value)))
        return ['the master key does not fit the data']
      await this.#write()
      return []
    } catch (error) {
      log.error('not ready', { name: (error as Error).name, code: codeOf(error) })
      const trouble = storageTroubleOf(error, config.dataDir)
      return [trouble ? `the ${trouble === 'full' ? 'disk is full' : 'database is read-only'}` : 'the database fails']
    }
  }

  /** Committed, as one that is rolled back never gets to the disk; not with each look, as the disk would wear. */
  async #write() {
    const now = performance.now()
    if (now - this.#wroteAt < WRITE_AGAIN_AFTER) return
    const value = Buffer.from(new Date().toISOString())
    await this.#services.db
      .insertInto('settings')
      .values({ name: SETTING, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute()
    this.#wroteAt = now
  }
}
