import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import type { Config } from './config.ts'
import { acceptedEncodings } from './http/acceptEncoding.ts'

/** Handles every request that is not for the API. */
export type Site = (request: Request) => Response

const TYPES: Record<string, string> = {
  '.css': 'text/css;charset=UTF-8',
  '.html': 'text/html;charset=UTF-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript;charset=UTF-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain;charset=UTF-8',
  '.woff2': 'font/woff2',
}

/** `inline` are the sources of scripts within the page: hashes. */
const contentSecurityPolicy = (inline: string[]) =>
  [
    "default-src 'none'",
    ["script-src 'self'", ...inline].join(' '),
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const HEADERS_OF_ALL = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
}

/** In order of preference: brotli is smaller. */
const ENCODINGS = { br: '.br', gzip: '.gz' } as const
type Encoding = keyof typeof ENCODINGS

interface File {
  bytes: Record<'identity', Buffer<ArrayBuffer>> & Partial<Record<Encoding, Buffer<ArrayBuffer>>>
  type: string
  etag: string
  /** Files below /assets have a hash of their content in the name, so they never change. */
  immutable: boolean
}

/**
 * Serves the built console from a folder. Every path that is not a file is a page of the console (concord-api §1),
 * except for missing assets: an old page that requests a chunk of an old build must notice. The files are read once:
 * they are few, a new build cannot replace them under a running server, and no request can reach anything else.
 */
export function createSite(folder: string, settings: Settings = { console2Url: undefined }): Site {
  const files = readFiles(folder)
  addSettings(files, settings)
  const index = files.get('/index.html')
  if (!index) return () => new Response('The console has not been built: run npm start.\n', { status: 503 })
  const headersOfAll = {
    'Content-Security-Policy': contentSecurityPolicy(inlineScripts(index.bytes.identity.toString())),
    ...HEADERS_OF_ALL,
  }

  return (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // Concord rejects TRACE before it looks at the path, so without `Allow` (concord-api §2.8).
      const headers = new Headers({ ...headersOfAll, 'Content-Length': '0' })
      if (request.method !== 'TRACE') headers.set('Allow', 'GET, HEAD')
      return new Response(null, { status: 405, headers })
    }
    const path = pathOf(request)
    const file = files.get(path)
    if (!file && path.startsWith('/assets/')) {
      return new Response(null, { status: 404, headers: { ...headersOfAll, 'Content-Length': '0' } })
    }
    return answer(request, file ?? index, headersOfAll)
  }
}

type Settings = Pick<Config, 'console2Url'>

const SETTINGS_FILE = '/cfg.js'

/** Adds what is set here to what is written in public/cfg.js. */
function addSettings(files: Map<string, File>, { console2Url }: Settings) {
  const file = files.get(SETTINGS_FILE)
  if (!file || console2Url === undefined) return
  const text = `${file.bytes.identity}\nwindow.concord.console2Url = ${JSON.stringify(console2Url)}\n`
  files.set(SETTINGS_FILE, fileOf(SETTINGS_FILE, file.type, { identity: Buffer.from(text) }))
}

function answer(
  request: Request,
  { bytes, type, etag, immutable }: File,
  headersOfAll: Record<string, string>,
): Response {
  const encoding = encodingFor(request.headers.get('Accept-Encoding'), bytes)
  const headers = new Headers({
    ...headersOfAll,
    'Content-Type': type,
    'Cache-Control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: encoding ? etag.replace(/"$/, `-${encoding}"`) : etag,
    Vary: 'Accept-Encoding',
  })
  if (isKnown(request.headers.get('If-None-Match'), etag)) return new Response(null, { status: 304, headers })
  const body = encoding ? bytes[encoding] : undefined
  if (encoding && body) headers.set('Content-Encoding', encoding)
  const sent = body ?? bytes.identity
  headers.set('Content-Length', String(sent.length))
  return new Response(request.method === 'HEAD' ? null : sent, { headers })
}

/** The scripts within a page of ours, as sources of a Content-Security-Policy. */
function inlineScripts(html: string): string[] {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>(.*?)<\/script>/gs)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  )
}

function encodingFor(accepted: string | null, bytes: File['bytes']): Encoding | undefined {
  const names = acceptedEncodings(accepted)
  return (Object.keys(ENCODINGS) as Encoding[]).find((name) => bytes[name] && names.includes(name))
}

/** Whether the client has this content, in any encoding. */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  const opaque = etag.slice(0, -1)
  return (ifNoneMatch ?? '').split(',').some((tag) => {
    const plain = tag.trim().replace(/^W\//, '')
    return plain === '*' || plain === etag || plain.startsWith(`${opaque}-`)
  })
}

function pathOf(request: Request): string {
  const { pathname } = new URL(request.url)
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

function readFiles(folder: string): Map<string, File> {
  const files = new Map<string, File>()
  if (!existsSync(folder)) return files
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = TYPES[extname(entry)]
    // Vite's manifest (.vite) is for the build only, and compressed copies belong to their originals.
    if (!type || entry.startsWith('.')) continue
    const name = join(folder, entry)
    const identity = readFileSync(name)
    const bytes: File['bytes'] = { identity }
    for (const [encoding, extension] of Object.entries(ENCODINGS)) {
      if (existsSync(name + extension)) bytes[encoding as Encoding] = readFileSync(name + extension)
    }
    const path = `/${entry.split(sep).join('/')}`
    files.set(path, fileOf(path, type, bytes))
  }
  return files
}

const fileOf = (path: string, type: string, bytes: File['bytes']): File => ({
  bytes,
  type,
  etag: `"${createHash('sha256').update(bytes.identity).digest('base64url').slice(0, 22)}"`,
  immutable: path.startsWith('/assets/'),
})
