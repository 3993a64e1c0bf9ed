import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

test('never empties a folder of packages that node_modules only links to', async () => {
  const root = await mkdtemp(join(tmpdir(), 'concord-install-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const [copy, shared] = [join(root, 'copy'), join(root, 'shared')]
  await mkdir(copy)
  await mkdir(shared)
  await writeFile(join(shared, 'kept'), 'by another checkout')
  for (const path of ['scripts', 'package.json', 'package-lock.json'])
    await cp(path, join(copy, path), { recursive: true })
  await symlink(shared, join(copy, 'node_modules'))

  const install = promisify(execFile)(
    process.execPath,
    ['-e', "import('./scripts/ensure.mjs').then(({ ensureInstalled }) => ensureInstalled())"],
    // Nothing is downloaded if the check is missing.
    { cwd: copy, env: { ...process.env, npm_config_offline: 'true', npm_config_cache: join(root, 'cache') } },
  )
  await expect(install).rejects.toThrow('node_modules is a symbolic link')
  expect(await readFile(join(shared, 'kept'), 'utf8')).toBe('by another checkout')
})
