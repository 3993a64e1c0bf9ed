import type { KeyObject } from 'node:crypto'
import type { Alerts } from './audit/alerts.ts'
import type { Refusals } from './audit/refusals.ts'
import type { Config } from './config.ts'
import type { Db } from './db/open.ts'
import type { Reserve } from './db/reserve.ts'
import type { Log } from './log.ts'
import type { ScryptCost } from './vault/scrypt.ts'

/** The dependencies of the routes; one per server. */
export interface Services {
  db: Db
  config: Config
  /** Wraps the data keys of the secrets that have no store password. */
  masterKey: KeyObject
  /** What a guess at a new password or store password costs. A lower one is for tests: no setting changes it. */
  passwordCost: ScryptCost
  log: Log
  /** Reserved disk space for requests that free space. */
  reserve: Reserve
  /** Writes refusals to the audit log. */
  refusals: Refusals
  alerts: Alerts
}
