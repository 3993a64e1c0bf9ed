import type { Hono } from 'hono'
import { operation, resource } from './http/operation.ts'
import type { Env, Services } from './services.ts'

/** The Concord whose behaviour this server has (docs/concord-api.md). */
export const CONCORD_VERSION = '2.44.0'

/** concord-api §13; both are anonymous. */
export function serverRoutes(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v1/server/ping', {
    GET: operation({ summary: 'Tell whether the server works' }, async () => {
      await db.selectFrom('settings').select('name').limit(1).execute()
      return { ok: true }
    }),
  })
  resource(app, '/api/v1/server/version', {
    GET: operation({ summary: 'Tell which Concord the server is like' }, () => ({
      ok: true,
      version: CONCORD_VERSION,
      commitId: 'concord-secrets-console',
      env: process.env.CONCORD_ENV ?? 'n/a',
    })),
  })
}
