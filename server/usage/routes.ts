import type { Hono } from 'hono'
import { type Env, principalOf } from '../http/call.ts'
import { operation, resource } from '../http/operation.ts'
import { nonNull } from '../json/omit.ts'
import { readableSecret } from '../secrets/readable.ts'
import type { Services } from '../services.ts'
import { findLastUse, findUsage } from './find.ts'

/**
 * What uses a secret: Concord has no reverse look-up, so its console would have to read the repositories of every
 * project. For everybody who can read the secret without its value.
 */
export function usageRoutes(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/x/v1/org/:orgName/secret/:secretName/usage', {
    GET: operation({ summary: 'Show the repositories that use a secret, and its last use' }, async (c, { path }) => {
      const who = principalOf(c)
      const { org, secret } = await readableSecret(db, who, path)
      const usage = await findUsage(db, who, org, secret)
      const lastUse = await findLastUse(db, who, secret, c.req.raw.signal)
      return nonNull({ secretId: secret.id, ...usage, lastUse })
    }),
  })
}
