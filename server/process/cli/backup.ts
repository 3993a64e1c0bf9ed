import { resolve } from 'node:path'
import { findDamage } from '../../db/open.ts'
import { CommandError, runCommand } from '../control.ts'
import { readFolderSettings, runCli, UsageError } from './terminal.ts'

await runCli(async () => {
  const [name, ...rest] = process.argv.slice(2)
  if (!name || name.startsWith('-') || rest.length > 0) {
    throw new UsageError(
      'npm run backup -- FILE\n\nWrites a consistent copy of the database to FILE, whether or not the server is running.',
    )
  }
  const config = readFolderSettings()
  const file = resolve(name)
  const { bytes } = await runCommand(config, 'backUp', { file })
  // Check here, so that the server need not.
  const damage = findDamage(file)
  if (damage) {
    throw new CommandError(
      `${file} was written, but is damaged: ${damage}. So the database is damaged too. Keep it and your earlier backups: ` +
        'docs/operations.md describes how to restore one.',
    )
  }
  console.log(`Wrote ${file} (${Math.ceil(bytes / 1024)} KiB).`)
  const key = config.masterKeyFile ?? (config.masterKey ? 'MASTER_KEY' : resolve(config.dataDir, 'master.key'))
  console.log(`It is useless without the master key. Keep a copy of that in another place: ${key}`)
})
