import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setUpHooks } from '../../scripts/hooks.mjs'

/*
 * In which git repositories an installation sets up the pre-commit hook.
 */

let folder: string
let env: NodeJS.ProcessEnv

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hooks-'))
  // Without the git settings of the user who runs the tests.
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

test('keeps configured hooks', () => {
  git('init')
  git('config', 'core.hooksPath', 'mine')
  setUpHooks(folder, env)
  expect(hooksPath()).toBe('mine')
})

test('CI gets no hook', () => {
  git('init')
  setUpHooks(folder, { ...env, CI: 'true' })
  expect(hooksPath()).toBe('')
})

test('an archive unpacked in another project’s repository does not change it', () => {
  git('init')
  const archive = join(folder, 'vendor', 'console')
  mkdirSync(archive, { recursive: true })
  setUpHooks(archive, env)
  expect(hooksPath()).toBe('')
})

test('does not fail outside a repository, or without git', () => {
  setUpHooks(folder, env)
  setUpHooks(folder, { ...env, PATH: '' })
})
