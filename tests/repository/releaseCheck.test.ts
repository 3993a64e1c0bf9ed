import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

/*
 * `npm run release-check` in a separate repository with our packages, where npm has no registry.
 */

// npm takes a second to start, longer on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const ROOT = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'concord-release-'))
const at = (...path: string[]) => join(folder, ...path)

beforeAll(() => {
  for (const file of ['package.json', 'package-lock.json', 'scripts', '.gitignore']) {
    cpSync(join(ROOT, file), at(file), { recursive: true })
  }
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' })
  git('init')
  git('add', '.')
  git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '-m', 'All there is')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Nobody listens on port 9. */
async function check(registry = 'http://127.0.0.1:9') {
  const env = { PATH: process.env.PATH, HOME: folder, npm_config_registry: registry, npm_config_cache: at('dist') }
  const child = spawn(process.execPath, [at('scripts', 'release-check.mjs')], { cwd: folder, env })
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const lines = output.split('\n')
  return { status, failed: lines.filter((line) => line.startsWith('FAILED')), lines }
}

test('passes a clean tree, and writes its bill of materials and licences', async () => {
  const { status, failed, lines } = await check()
  expect(failed).toEqual([])
  expect(status).toBe(0)
  expect(lines.join('\n')).toContain('NOT CHECKED')
  const bill = JSON.parse(readFileSync(at('dist/release/sbom.cdx.json'), 'utf8'))
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'concord-secrets-console' } } })
  const names = bill.components.map(({ name }: { name: string }) => name)
  expect(names).toEqual(expect.arrayContaining(['hono', 'libsql', 'react']))
  expect(names).not.toContain('vitest')
  const licences = readFileSync(at('dist/release/licences.txt'), 'utf8')
  expect(licences).toMatch(/^hono \d+\.\d+\.\d+ MIT$/m)
  expect(licences.trim().split('\n')).toHaveLength(names.length)
})

test('names a known vulnerability', async () => {
  const advisory = { id: 1, url: 'https://example.com', title: 'bad', severity: 'high', vulnerable_versions: '<99.0.0' }
  const registry = createServer((request, response) => {
    if (!request.url?.includes('advisories')) return response.writeHead(404).end('{}')
    return response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ hono: [advisory] }))
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
  const { status, failed } = await check(`http://127.0.0.1:${(registry.address() as AddressInfo).port}`)
  registry.close()
  expect(failed).toEqual([expect.stringMatching(/^FAILED no package has a known vulnerability: .*hono \(high\)/)])
  expect(status).toBe(1)
})

test('names what blocks a release: changes, a version range, an unknown licence', async () => {
  const change = (file: string, edit: (json: Packages) => void) => {
    const json = JSON.parse(readFileSync(at(file), 'utf8'))
    edit(json)
    writeFileSync(at(file), JSON.stringify(json))
  }
  change('package.json', (json) => {
    json.dependencies = { ...json.dependencies, hono: '^4.0.0' }
  })
  change('package-lock.json', ({ packages }) => {
    Object.assign(packages?.['node_modules/kysely'] ?? {}, { license: 'GPL-3.0-only' })
  })
  const { status, failed } = await check()
  expect(status).toBe(1)
  expect(failed).toEqual([
    'FAILED the working tree has no changes: package-lock.json, package.json',
    'FAILED every version is exact: hono ^4.0.0',
    'FAILED package-lock.json is that of package.json: hono',
    'FAILED every licence is one of those that are allowed: kysely (GPL-3.0-only)',
  ])
})

interface Packages {
  dependencies?: Record<string, string>
  packages?: Record<string, object>
}
