// node bench/bare.mjs: a server that only sends. It reads the responses to send from standard input, as lines of
// {path, status, headers, body}, prints its port, and answers whatever is asked for a path with the same bytes.
import { createServer } from 'node:http'
import process from 'node:process'
import { createInterface } from 'node:readline'

/** @type {Map<string, { status: number, headers: string[], body: Buffer }>} */
const answers = new Map()
const server = createServer((request, response) => {
  const answer = answers.get(request.url ?? '')
  if (!answer) return void response.writeHead(404).end()
  const send = () => response.writeHead(answer.status, answer.headers).end(answer.body)
  if (request.method === 'GET') send()
  else request.resume().on('end', send)
})
createInterface(process.stdin)
  .on('line', (line) => {
    const { path, status, headers, body } = JSON.parse(line)
    answers.set(path, { status, headers, body: Buffer.from(body, 'base64') })
  })
  .on('close', () =>
    server.listen(0, '127.0.0.1', () => {
      console.log(/** @type {import('node:net').AddressInfo} */ (server.address()).port)
    }),
  )
