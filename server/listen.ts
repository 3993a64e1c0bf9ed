import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Config } from './config.ts'
import { closeDatabase } from './db/open.ts'
import type { Services } from './services.ts'
import type { Site } from './site.ts'

/** The server cannot take the address it was told to. */
export class ListenError extends Error {}

/** One request, as Hono's node server hands it on. */
type Fetch = (request: Request, env: never) => Response | Promise<Response>

/** Everything on one port: the API below /api, the console elsewhere. */
export function fetchOf(api: { fetch: Fetch }, site: Site): Fetch {
  return (request, env) => (new URL(request.url).pathname.startsWith('/api/') ? api.fetch(request, env) : site(request))
}

/** Listens as the settings say. Throws a ListenError when it cannot. */
export async function listen(fetch: Fetch, { host, port }: Config): Promise<Server> {
  const server = createAdaptorServer({ fetch: fetch as never, overrideGlobalObjects: false }) as Server
  // A request is at most 2 MiB; who takes longer than this for it holds a connection, not a conversation.
  server.requestTimeout = 60_000
  server.headersTimeout = 20_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(sentenceOf(error, host, port))))
    server.listen(port, host, resolve)
  })
  return server
}

function sentenceOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use. Stop the other program, or choose another port: PORT=${port + 1} npm start`
    case 'EACCES':
      return `Port ${port} may not be used by this user. Choose one above 1023: PORT=8080 npm start`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST=${host} is no address of this computer.`
    default:
      return `The server cannot listen on ${host}, port ${port}: ${error.message}`
  }
}

/** What a browser is to be pointed at. */
export function addressOf(server: Server, { host }: Config): string {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}/`
}

/**
 * Stops accepting, lets the requests that are under way finish for at most `patience`, and closes the database, which
 * folds the write-ahead log into it.
 */
export async function stop(server: Server, { db, log }: Services, patience = 10_000): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // A connection that was busy when the stop began becomes idle later and would stay open for its keep-alive.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const enough = setTimeout(() => {
    log.warn('requests were cut off', { after: `${patience} ms` })
    server.closeAllConnections()
  }, patience)
  await closed
  clearInterval(idle)
  clearTimeout(enough)
  await closeDatabase(db)
}
