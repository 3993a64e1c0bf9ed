import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, type SecureVersion } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { earlyScript } from '../../scripts/earlyScript.mjs'
import { freePort } from '../../scripts/freePort.mjs'
import { API_POLICY } from '../http/apiPolicy.ts'
import { createSite } from '../site.ts'

/*
 * Runs docs/nginx.conf in a real nginx, in front of a real HTTP server. Only its marked lines are changed. It must
 * serve the files like our own server, which is asked as well.
 */

const ROOT = join(import.meta.dirname, '../..')
const missing = whyNoNginx()
if (missing && !process.env.CI) console.warn(`docs/nginx.conf is not tested: ${missing}`)

/** If nginx cannot be installed; in CI that is a failure. */
function whyNoNginx(): string | undefined {
  try {
    const install = [join(ROOT, 'scripts/install.mjs'), 'nginx', 'openssl']
    execFileSync(process.execPath, install, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  } catch (error) {
    return (error as { stderr?: string }).stderr?.trim() ?? String(error)
  }
}

const API_POLICY_RECEIVED = Object.fromEntries(
  Object.entries(API_POLICY).map(([name, value]) => [name.toLowerCase(), value]),
)
const PAGE = `<!doctype html><title>console</title><script>${await earlyScript()}</script>${' '.repeat(2000)}`
const SCRIPT = `console.log(1)${' '.repeat(2000)}`

describe.skipIf(missing && !process.env.CI)('docs/nginx.conf', () => {
  vi.setConfig({ hookTimeout: 60_000 })
  const folder = mkdtempSync(join(tmpdir(), 'concord-nginx-'))
  // Started as root, nginx reads files as another user.
  chmodSync(folder, 0o755)
  const dist = join(folder, 'client')
  const seen: IncomingMessage[] = []
  const concord = createServer((incoming, response) => {
    seen.push(incoming)
    const { pathname } = new URL(incoming.url ?? '', 'http://x')
    if (pathname === '/api/service/console/cfg') return response.writeHead(401, { 'WWW-Authenticate': 'Basic' }).end()
    if (pathname === '/api/service/console/whoami') {
      if (incoming.headers.cookie === 'JSESSIONID=x') return response.end('{"username":"ann"}')
      return response.writeHead(401).end()
    }
    if (pathname === '/api/redirect') {
      return response.writeHead(303, { Location: `http://${incoming.headers.host}/api/there` }).end()
    }
    if (pathname === '/api/away') {
      return response.writeHead(303, { Location: `http://${incoming.headers.host}//elsewhere.example/` }).end()
    }
    if (pathname === '/api/cookies') {
      return response
        .writeHead(401, ['Set-Cookie', 'a=1; Path=/', 'Set-Cookie', 'b=2', 'WWW-Authenticate', 'Basic'])
        .end()
    }
    // Like Concord, it reads the whole body first: an earlier response would close the connection while the client is
    // still sending.
    incoming.resume().on('end', () => response.end(`${incoming.method} ${incoming.url}`))
  })
  let nginx: ReturnType<typeof spawn> | undefined
  let port: number
  let tlsPort: number

  beforeAll(async () => {
    writeSite(dist)
    concord.listen(0, '127.0.0.1')
    await once(concord, 'listening')
    port = await freePort()
    tlsPort = await freePort()
    makeCertificate()
    writeFileSync(join(folder, 'nginx.conf'), wholeConfiguration((concord.address() as AddressInfo).port))
    nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` },
      stdio: 'inherit',
    })
    await vi.waitFor(() => ask('/'), { timeout: 20_000 })
  })
  afterAll(async () => {
    if (nginx && nginx.exitCode === null) {
      nginx.kill('SIGTERM')
      await once(nginx, 'exit')
    }
    concord.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function wholeConfiguration(upstream: number) {
    let site = readFileSync(join(ROOT, 'docs/nginx.conf'), 'utf8')
    const change = (from: RegExp, to: string) => {
      expect(site, String(from)).toMatch(from)
      site = site.replace(from, to)
    }
    change(/listen 443 ssl;/, `listen 127.0.0.1:${port}; listen 127.0.0.1:${tlsPort} ssl;`)
    change(/ssl_certificate .*/, `ssl_certificate ${folder}/server.pem;`)
    change(/ssl_certificate_key .*/, `ssl_certificate_key ${folder}/server.key;`)
    change(/root \S+;/, `root ${dist};`)
    change(/https:\/\/concord\.example\.com(?=[;/])/g, `http://127.0.0.1:${upstream}`)
    change(/concord\\\.example\\\.com/, `127\\.0\\.0\\.1:${upstream}`)
    if (!existsSync('/etc/ssl/certs/ca-certificates.crt')) change(/proxy_ssl_trusted_certificate .*/, '')
    const types = ['/etc/nginx/mime.types', '/usr/local/etc/nginx/mime.types'].find((path) => existsSync(path))
    return `daemon off; pid ${folder}/nginx.pid; worker_processes 1; events {}
      http {
        ${types ? `include ${types};` : ''} access_log off;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
        ${site}
      }`
  }

  async function ask(path: string, { method = 'GET', headers = {}, body }: Ask = {}) {
    const sent = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      // A new connection: nginx could close a kept one just when it is reused.
      agent: false,
      headers: {
        Host: 'secrets.example.com',
        ...(body && { Expect: '100-continue', 'Content-Length': body.length }),
        ...headers,
      },
    })
    // A refusal must not arrive while the body is still being sent: nginx would close the connection on the rest of it,
    // and a client whose write fails does not read the response. So the body waits for `100 Continue`.
    if (body) sent.on('continue', () => sent.end(body)).flushHeaders()
    else sent.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: answer.statusCode, headers: answer.headers, body: await text(answer) }
  }

  function makeCertificate() {
    const key = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=secrets.example.com']
    const files = ['-keyout', join(folder, 'server.key'), '-out', join(folder, 'server.pem')]
    execFileSync('openssl', ['req', '-x509', ...key, ...files], { stdio: 'ignore' })
  }

  /** The protocol and cipher that nginx negotiates with a client that offers only these; undefined if none. */
  async function agreement(offer: { version?: SecureVersion; ciphers?: string }): Promise<string | undefined> {
    const { version: maxVersion = 'TLSv1.3', ciphers = 'ALL:@SECLEVEL=0' } = offer
    const ca = readFileSync(join(folder, 'server.pem'))
    const secure = { minVersion: 'TLSv1', maxVersion, ciphers, ca, servername: 'secrets.example.com' } as const
    const socket = connect({ host: '127.0.0.1', port: tlsPort, ...secure })
    try {
      await once(socket, 'secureConnect')
      return `${socket.getProtocol()} ${socket.getCipher().name}`
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toMatch(/^(ERR_SSL_|ECONNRESET)/)
      return undefined
    } finally {
      socket.destroy()
    }
  }

  test('https accepts TLS 1.2 and 1.3 with forward secrecy and nothing older or weaker', async () => {
    expect(await agreement({})).toMatch(/^TLSv1\.3 /)
    expect(await agreement({ version: 'TLSv1.2' })).toBe('TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384')
    expect(await agreement({ version: 'TLSv1.1' })).toBeUndefined()
    for (const ciphers of ['AES128-GCM-SHA256', 'ECDHE-RSA-AES128-SHA', 'AES256-SHA']) {
      expect(await agreement({ version: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` }), ciphers).toBeUndefined()
    }
  })

  test.each([
    '/',
    '/org/acme/secret/a%2Fb?x=1',
    '/index.html',
    '/assets/index-abc.js',
    '/assets/gone.js',
    '/cfg.js',
    '/.vite/x',
  ])('%s is served as by our own server', async (path) => {
    const ours = createSite(dist)(new Request(`http://localhost${path}`))
    const answer = await ask(path)
    expect(answer.status).toBe(ours.status)
    if (ours.status === 200) expect(answer.body).toBe(await ours.text())
    for (const [name, value] of ours.headers) {
      // nginx generates its own ETag, uses another content type for scripts, and sends a page for errors.
      if (/^(etag|content-type|content-length)$/.test(name)) continue
      expect(answer.headers[name], name).toBe(value)
    }
    expect(answer.headers['content-type'] ?? '').toMatch(/html|javascript/)
  })

  test('sends the files compressed by the build', async () => {
    const { headers } = await ask('/assets/index-abc.js', { headers: { 'Accept-Encoding': 'gzip' } })
    expect(headers['content-encoding']).toBe('gzip')
    expect(Number(headers['content-length'])).toBe(gzipSync(SCRIPT).length)
  })

  test('does not send a cached page again', async () => {
    const { headers } = await ask('/')
    expect((await ask('/', { headers: { 'If-None-Match': headers.etag ?? '' } })).status).toBe(304)
  })

  test.each(['/api/v1/org/a%2Fb?filter=%20x', '/api/a%zz', '/api/v1//x', '/api/v1/secret;m=1'])(
    '%s is Concord’s, forwarded unchanged',
    async (path) => {
      // nginx itself rejects an invalid percent-encoding, as Concord does.
      const expected = path.includes('%zz') ? 400 : 200
      const { status, body, headers } = await ask(path)
      expect(status).toBe(expected)
      if (expected === 200) expect(body).toBe(`GET ${path}`)
      if (expected === 200) expect(headers).toMatchObject(API_POLICY_RECEIVED)
    },
  )

  test('forwards credentials and cookies both ways', async () => {
    const { status, headers } = await ask('/api/cookies', {
      headers: { Authorization: 'dGVzdA', Cookie: 'JSESSIONID=x' },
    })
    expect([status, headers['set-cookie'], headers['www-authenticate']]).toEqual([401, ['a=1; Path=/', 'b=2'], 'Basic'])
    expect(seen.at(-1)?.headers).toMatchObject({
      authorization: 'dGVzdA',
      cookie: 'JSESSIONID=x',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'secrets.example.com',
    })
  })

  test('drops a client’s own forwarding headers', async () => {
    const made = { 'X-Forwarded-For': '203.0.113.5', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'a.example' }
    await ask('/api/v1/org', { headers: { ...made, Forwarded: 'for=203.0.113.5', 'X-Real-IP': '203.0.113.5' } })
    const { headers } = seen.at(-1) as IncomingMessage
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'secrets.example.com',
    })
    expect(headers).not.toHaveProperty('forwarded')
    expect(headers).not.toHaveProperty('x-real-ip')
  })

  test('Concord’s own pages stay pages', async () => {
    for (const path of ['/api/service/custom_form/1/start', '/api/service/process_portal/start?x=%20']) {
      const { body, headers } = await ask(path)
      expect(body).toBe(`GET ${path}`)
      expect(headers).not.toHaveProperty('content-security-policy')
    }
  })

  test('rejects changes by pages of other origins, unless they send a key', async () => {
    const statusOf = async (headers: Record<string, string>, method = 'POST') =>
      (await ask('/api/v1/org', { method, headers })).status
    const Cookie = 'JSESSIONID=x'
    const foreign = { Origin: 'https://other.example.com' }
    expect(await statusOf({ Cookie })).toBe(200)
    expect(await statusOf({ Cookie, Origin: 'https://secrets.example.com' })).toBe(200)
    expect(await statusOf({ Cookie, 'Sec-Fetch-Site': 'same-origin', Origin: 'null' })).toBe(200)
    expect(await statusOf({ Cookie, ...foreign }, 'GET')).toBe(200)
    expect(await statusOf({ Authorization: 'dGVzdA', ...foreign })).toBe(200)
    expect(await statusOf({ Authorization: 'Basic eA==', ...foreign })).toBe(403)
    for (const page of [foreign, { Origin: 'null' }, { Origin: 'https://secrets.example.com:3000' }]) {
      expect(await statusOf({ Cookie, ...page })).toBe(403)
      expect(await statusOf({ Cookie, Authorization: 'dGVzdA', ...page }, 'DELETE')).toBe(403)
    }
    expect(await statusOf({ Cookie, 'Sec-Fetch-Site': 'same-site' })).toBe(403)
  })

  test('accepts a body of 1 MiB, and rejects one over 2 MiB', async () => {
    const upload = (bytes: number) => ask('/api/upload', { method: 'POST', body: Buffer.alloc(bytes) })
    expect((await upload(1024 * 1024)).status).toBe(200)
    expect((await upload(2 * 1024 * 1024 + 1)).status).toBe(413)
  })

  test('a redirect to Concord stays here', async () => {
    expect((await ask('/api/redirect')).headers.location).toMatch(
      /^(http:\/\/secrets\.example\.com)?(:\d+)?\/api\/there$/,
    )
  })

  test('a redirect to Concord that could be read as another host stays here', async () => {
    const { location } = (await ask('/api/away')).headers
    expect(new URL(location ?? '', 'http://secrets.example.com').host).not.toBe('elsewhere.example')
  })

  test('a Concord without console settings: returns the console’s own', async () => {
    const { status, body, headers } = await ask('/api/service/console/cfg')
    expect([status, body]).toEqual([200, 'window.concord = {}'])
    expect(headers['content-type']).toContain('javascript')
  })

  test('who is signed in, if anybody: asks Concord, and a 401 is no error', async () => {
    const asked = async (headers: Record<string, string>) => {
      const { status, body } = await ask('/api/x/v1/session', { headers })
      return [status, body]
    }
    expect(await asked({ Cookie: 'JSESSIONID=x' })).toEqual([200, '{"username":"ann"}'])
    expect(await asked({})).toEqual([200, '{}'])
    const { headers } = await ask('/api/x/v1/session')
    expect(headers).toMatchObject({ ...API_POLICY_RECEIVED, 'content-type': 'application/json' })
  })

  test('Concord unreachable is a 502', async () => {
    concord.closeAllConnections()
    concord.close()
    await once(concord, 'close')
    expect((await ask('/api/v1/org')).status).toBe(502)
  })
})

interface Ask {
  method?: string
  headers?: Record<string, string>
  body?: Buffer
}

function writeSite(dist: string) {
  mkdirSync(join(dist, 'assets'), { recursive: true })
  mkdirSync(join(dist, '.vite'))
  writeFileSync(join(dist, 'index.html'), PAGE)
  writeFileSync(join(dist, 'cfg.js'), 'window.concord = {}')
  writeFileSync(join(dist, '.vite', 'x'), 'of the build')
  writeFileSync(join(dist, 'assets', 'index-abc.js'), SCRIPT)
  writeFileSync(join(dist, 'assets', 'index-abc.js.gz'), gzipSync(SCRIPT))
}
