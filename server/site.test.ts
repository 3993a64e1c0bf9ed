import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSite, type Site } from './site.ts'

const INLINE = 'early()'
const INDEX = `<!doctype html><title>console</title><script data-x="1">${INLINE}</script><script src="/x.js"></script>`

let folder: string
let site: Site
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-site-'))
  mkdirSync(join(folder, 'assets'))
  mkdirSync(join(folder, '.vite'))
  writeFileSync(join(folder, 'index.html'), INDEX)
  writeFileSync(join(folder, 'cfg.js'), 'window.concord = {}')
  writeFileSync(join(folder, '.vite', 'manifest.json'), '{}')
  writeFileSync(join(folder, 'assets', 'index-abc.js'), 'clear')
  writeFileSync(join(folder, 'assets', 'index-abc.js.br'), 'brotli')
  writeFileSync(join(folder, 'assets', 'index-abc.js.gz'), 'gzip')
  site = createSite(folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

const ask = (path: string, init?: RequestInit) => site(new Request(`http://localhost${path}`, init))

test.each([
  '/',
  '/index.html',
  '/org/acme/secret',
  '/api',
  '/login?from=%2Forg',
  '/%zz',
  '/.vite/manifest.json',
  '/../x',
])('%s returns the console', async (path) => {
  const answer = ask(path)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/html;charset=UTF-8')
  expect(await answer.text()).toBe(INDEX)
})

test('pages forbid everything that the console does not need', () => {
  const { headers } = ask('/')
  const policy = headers.get('content-security-policy') ?? ''
  // Of scripts within a page, only ours.
  const hash = createHash('sha256').update(INLINE).digest('base64')
  expect(policy).toContain(`default-src 'none'; script-src 'self' 'sha256-${hash}'; `)
  expect(policy.match(/'sha256-/g)).toHaveLength(1)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  })
})

test('assets are cached permanently and sent compressed to clients that accept it', async () => {
  for (const [accepted, encoding, body] of [
    ['gzip, deflate, br', 'br', 'brotli'],
    ['gzip', 'gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip', 'gzip'],
    ['identity', null, 'clear'],
  ] as const) {
    const answer = ask('/assets/index-abc.js', { headers: { 'Accept-Encoding': accepted } })
    expect(answer.headers.get('content-encoding')).toBe(encoding)
    expect(answer.headers.get('content-length')).toBe(String(body.length))
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(answer.headers.get('vary')).toBe('Accept-Encoding')
    expect(await answer.text()).toBe(body)
  }
})

test('a missing asset is a 404 and not the console', async () => {
  const answer = ask('/assets/index-old.js')
  expect(answer.status).toBe(404)
  expect(await answer.text()).toBe('')
})

test('a client that has the page gets a 304', async () => {
  const etag = ask('/').headers.get('etag') ?? ''
  expect(ask('/org', { headers: { 'If-None-Match': etag } }).status).toBe(304)
  expect(ask('/org', { headers: { 'If-None-Match': `W/${etag}` } }).status).toBe(304)
  expect(ask('/org', { headers: { 'If-None-Match': '"another"' } }).status).toBe(200)
})

test('HEAD is a GET without its body, other methods are a 405', async () => {
  const head = ask('/', { method: 'HEAD' })
  expect(head.headers.get('content-length')).toBe(String(INDEX.length))
  expect(await head.text()).toBe('')
  const post = ask('/org', { method: 'POST' })
  expect(post.status).toBe(405)
  expect(post.headers.get('allow')).toBe('GET, HEAD')
})

test('without a build, the response says what to do', async () => {
  const answer = createSite(join(folder, 'nothing'))(new Request('http://localhost/'))
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('npm start')
})

test('the settings of the console have the address of Concord’s own', async () => {
  const settings = async (site: Site) => (await site(new Request('http://localhost/cfg.js'))).text()
  expect(await settings(site)).toBe('window.concord = {}')
  const linked = createSite(folder, { console2Url: 'https://concord.example.com/"\n' })
  expect(await settings(linked)).toBe(
    'window.concord = {}\nwindow.concord.console2Url = "https://concord.example.com/\\"\\n"\n',
  )
  const etag = (site: Site) => site(new Request('http://localhost/cfg.js')).headers.get('etag')
  expect(etag(linked)).not.toBe(etag(site))
})
