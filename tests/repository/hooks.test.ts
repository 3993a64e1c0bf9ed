import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setUpHooks } from '../../scripts/hooks.mjs'

/*
 * Which git repositories an installation sets up the pre-commit hook in.
 */

let folder: string
let env: NodeJS.ProcessEnv

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hooks-'))
  // Without the settings of the user who runs the tests.
  env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, env, encoding: 'utf8' }).stdout.trim()
const hooksPath = () => git('config', 'core.hooksPath')

test('a clone gets the hook', () => {
  git('init')
  setUpHooks(folder, env)
  expect(hooksPath()).toBe('.githooks')
})

test('hooks that are configured already stay', () => {
  git('init')
  git('config', 'core.hooksPath', 'mine')
  setUpHooks(folder, env)
  expect(hooksPath()).toBe('mine')
})

test('CI gets none', () => {
  git('init')
  setUpHooks(folder, { ...env, CI: 'true' })
  expect(hooksPath()).toBe('')
})

test('an archive unpacked in the repository of another project leaves that as it is', () => {
  git('init')
  const archive = join(folder, 'vendor', 'console')
  mkdirSync(archive, { recursive: true })
  setUpHooks(archive, env)
  expect(hooksPath()).toBe('')
})

test('nothing fails outside of a repository, or without git', () => {
  setUpHooks(folder, env)
  setUpHooks(folder, { ...env, PATH: '' })
})
