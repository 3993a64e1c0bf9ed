// `npm run dev`: serves the console and the API from their sources on the usual port. Changes of the console are
// hot-reloaded into the open page; after a change of the server the next request runs the new code, on the same open
// database.
import { createServer as createHttpServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createServer } from 'vite'
import { ROOT } from './ensure.mjs'

const server = createHttpServer()
const vite = await createServer({
  root: ROOT,
  appType: 'spa',
  server: { middlewareMode: true, hmr: { server }, watch: { ignored: ['**/data/**', '**/dist/**'] } },
})
const { run } = await vite.ssrLoadModule('/server/process/run.ts')

/**
 * Answers each request with the newest code of the server.
 * @param {unknown} services
 */
function apiOf(services) {
  /** @type {unknown} */
  let createApp
  /** @type {ReturnType<typeof getRequestListener>} */
  let answerApi
  return async (
    /** @type {import('node:http').IncomingMessage} */ request,
    /** @type {import('node:http').ServerResponse} */ response,
  ) => {
    try {
      const loaded = await vite.ssrLoadModule('/server/app.ts')
      if (loaded.createApp !== createApp) {
        createApp = loaded.createApp
        answerApi = getRequestListener(loaded.createApp(services).fetch, { hostname: 'localhost' })
      }
    } catch (error) {
      vite.ssrFixStacktrace(/** @type {Error} */ (error))
      console.error(error)
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end('The server has an error: see its terminal.\n')
      return
    }
    return answerApi(request, response)
  }
}

await run({ apiOf, siteOf: () => vite.middlewares, server })
