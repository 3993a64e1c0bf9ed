import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'
import { run } from './run.ts'
import { createSite } from './site.ts'

// The built server is dist/server/main.js, the built console dist/client.
const site = createSite(fileURLToPath(new URL('../client', import.meta.url)))

await run({
  apiOf: (services) => getRequestListener(createApp(services).fetch),
  site: getRequestListener(site),
})
