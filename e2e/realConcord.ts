import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { concordUrl } from './concord.ts'
import { test } from './fixtures.ts'
import { isOurs } from './version.ts'

/** The paths of requests that get no answer until `release` is called. */
let held: RegExp | undefined
const waiting: (() => void)[] = []

/** Like a slow server: keeps requests for these paths waiting. Not on a real Concord. */
export function hold(paths: RegExp) {
  held = paths
}

export function release() {
  held = undefined
  for (const goOn of waiting.splice(0)) goOn()
}

/** Responds like a real Concord where ours has more; forwards everything else to the stories' server. */
async function asRealConcord(incoming: IncomingMessage, answer: ServerResponse) {
  const { method, headers, url = '/' } = incoming
  if (held?.test(url)) await new Promise<void>((goOn) => waiting.push(goOn))
  if (url === '/api/v1/server/version') {
    answer.setHeader('Content-Type', 'application/json')
    return answer.end(JSON.stringify({ ok: true, version: '2.44.0', commitId: '0123abc', env: 'n/a' }))
  }
  if (url.startsWith('/api/x/')) return answer.writeHead(404).end()
  const passedOn = request(new URL(url, concordUrl()), { method, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers)
    response.pipe(answer)
  })
  // The browser may give up first.
  passedOn.on('error', () => answer.destroy())
  incoming.pipe(passedOn)
}

/** Calls `use` with the address of a Concord without `/api/x`: the real one, or ours as one. */
export async function withRealConcord(use: (url: string) => Promise<void>) {
  if (!(await isOurs())) return use(concordUrl())
  const server = createServer(asRealConcord).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given')
  await use(`http://127.0.0.1:${address.port}`)
  release()
  server.closeAllConnections()
  server.close()
}

/** Stories about a Concord without `/api/x`. */
export const onRealConcord = test.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants to read the names of what is used.
  consoleUrl: async ({}, use) => withRealConcord(use),
})
