import type { RequestListener, Server } from 'node:http'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'

/** The server cannot listen on the configured address. */
export class ListenError extends Error {}

/** Makes an HTTP server listen on the configured address. Throws a ListenError if it cannot. */
export async function listen(server: Server, listener: RequestListener, { host, port }: Config): Promise<void> {
  server.on('request', listener)
  // A request has at most 2 MiB; a client that takes longer than this only blocks a connection.
  server.requestTimeout = 60_000
  server.headersTimeout = 20_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(sentenceOf(error, host, port))))
    server.listen(port, host, resolve)
  })
}

function sentenceOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use. Stop the other program, or choose another port, as in: PORT=${port < 65535 ? port + 1 : 8080} npm start`
    case 'EACCES':
      return `This user may not listen on port ${port}. Choose one above 1023, as in: PORT=8080 npm start`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST=${host} is not an address of this computer.`
    default:
      return `The server cannot listen on ${host}, port ${port}: ${error.message}`
  }
}

/** The URL for a browser. */
export function addressOf(server: Server, { host }: Config): string {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}/`
}

/** Stops accepting requests and waits for those in progress, for at most `patience` milliseconds. */
export async function stop(servers: Server[], log: Log, patience = 10_000): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
  // A connection that was busy when the stop began becomes idle later, and keep-alive would keep it open.
  const idle = setInterval(() => {
    for (const server of servers) server.closeIdleConnections()
  }, 50)
  const enough = setTimeout(() => {
    log.warn('requests were cut off', { afterMs: patience })
    for (const server of servers) server.closeAllConnections()
  }, patience)
  await Promise.all(closed)
  clearInterval(idle)
  clearTimeout(enough)
}
