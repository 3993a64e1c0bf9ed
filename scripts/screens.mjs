#!/usr/bin/env node
// `npm run screens`: takes the pictures in docs/screens again, while stories pass through every state of the console,
// and the counts in docs/jobs.md. Fails if a story fails or a picture is too large.
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, ROOT } from './ensure.mjs'
import { finish, MINUTE, playwright, stage } from './stages.mjs'

const FOLDER = join(ROOT, 'docs/screens')
const MAX_BYTES = 60_000
const STORIES = ['accessibility', 'danger-zone', 'secret-settings', 'tour', 'jobs'].map((name) => `e2e/${name}`)

await ensureInstalled()
await ensureBuilt(['server', 'client'])
rmSync(FOLDER, { recursive: true, force: true })
// One worker: the names in the pictures are numbered, and stay the same from run to run.
await stage('stories', () =>
  playwright(30 * MINUTE, { args: ['--workers=1', ...STORIES], environment: { SCREENS: 'on' } }),
)
await stage('pictures', () => {
  const pictures = readdirSync(FOLDER).map((name) => ({ name, bytes: statSync(join(FOLDER, name)).size }))
  const tooLarge = pictures.filter(({ bytes }) => bytes > MAX_BYTES)
  for (const { name, bytes } of tooLarge) console.log(`${name} has ${bytes} bytes, over ${MAX_BYTES}`)
  return { passed: pictures.length - tooLarge.length, failed: tooLarge.length }
})
finish()
