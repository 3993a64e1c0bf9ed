import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'
import { run } from './process/run.ts'
import { createSite } from './site.ts'

// The built server is dist/server/main.js, the built console dist/client.
const folder = fileURLToPath(new URL('../client', import.meta.url))

// For HTTP/1.0 without `Host`, which health checks of load balancers send.
const options = { hostname: 'localhost' }

await run({
  apiOf: (services) => getRequestListener(createApp(services).fetch, options),
  siteOf: (config) => getRequestListener(createSite(folder, config), options),
})
