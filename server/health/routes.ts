import type { Hono } from 'hono'
import { compiledRow } from '../db/compiled.ts'
import type { Env } from '../http/call.ts'
import { operation, resource } from '../http/operation.ts'
import type { Services } from '../services.ts'
import { probe } from './probe.ts'
import { CONCORD_VERSION } from './version.ts'

/** Whether the server works, for clients (concord-api §13), load balancers and Kubernetes (docs/operations.md); anonymous. */
export function healthRoutes(app: Hono<Env>, services: Services) {
  const { db } = services
  const readiness = probe(services)

  resource(app, '/api/v1/server/ping', {
    GET: operation({ summary: 'Check whether the server works' }, async () => {
      await anySetting(db, {})
      return { ok: true }
    }),
  })
  resource(app, '/api/v1/server/version', {
    GET: operation({ summary: 'Get the version of Concord that the server follows' }, () => ({
      ok: true,
      version: CONCORD_VERSION,
      commitId: 'concord-secrets-console',
      env: process.env.CONCORD_ENV ?? 'n/a',
    })),
  })
  resource(app, '/api/x/live', {
    GET: operation({ summary: 'Check whether the process responds' }, () => ({ live: true })),
  })
  resource(app, '/api/x/ready', {
    GET: operation({ summary: 'Check whether the server is ready', statuses: [200, 503] }, async () => {
      const { ready, reasons } = await readiness()
      const headers = { 'Content-Type': 'application/json' }
      return new Response(JSON.stringify({ ready, reasons }), { status: ready ? 200 : 503, headers })
    }),
  })
}

const anySetting = compiledRow()((db) => db.selectFrom('settings').select('name').limit(1))
