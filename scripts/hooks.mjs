// The pre-commit hook. Plain Node: this runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import process from 'node:process'

/**
 * Configures git to run the hooks in `.githooks`. Changes nothing in CI, without git, in an unpacked archive, or if
 * hooks are already configured.
 */
export function setUpHooks(root, env = process.env) {
  const git = (...args) => spawnSync('git', args, { cwd: root, env, encoding: 'utf8' })
  if (env.CI) return
  const { status, stdout } = git('rev-parse', '--show-toplevel')
  // The folder may be inside another project's repository.
  if (status !== 0 || realpathSync(stdout.trim()) !== realpathSync(root)) return
  if (git('config', 'core.hooksPath').status !== 0) git('config', 'core.hooksPath', '.githooks')
}
