import { join, resolve } from 'node:path'
import { changeMasterKey } from '../changeMasterKey.ts'
import { readFolderSettings, runCli, UsageError } from './terminal.ts'

const HELP = `npm run master-key -- FILE

Re-wraps all keys of the data folder with another master key: the one in FILE, which is created if it is missing. Stop the
server first. Everybody has to sign in again. Older backups still need the old key.`

await runCli(async () => {
  const [name, ...rest] = process.argv.slice(2)
  if (!name || name.startsWith('-') || rest.length > 0) throw new UsageError(HELP)
  const config = readFolderSettings()
  const file = resolve(name)
  const { created, secrets, projects, damaged, warnings } = await changeMasterKey(config, file)
  for (const warning of warnings) console.error(warning)
  console.log(`${created ? 'Created a new master key in' : 'Used the master key in'} ${file}.`)
  console.log(
    `It now opens ${count(secrets, 'secret')} and ${count(projects, 'project key')}; the old key no longer does.`,
  )
  if (damaged.length > 0) {
    console.error(
      `The old key does not open ${count(damaged.length, 'entry', 'entries')}, left unchanged:\n  ${damaged.join('\n  ')}`,
    )
  }
  const place = config.masterKey || config.masterKeyFile ? undefined : join(config.dataDir, 'master.key')
  console.log(
    place
      ? `Before the next start: keep ${place} with your older backups, and move ${file} there.`
      : `Start the server with MASTER_KEY_FILE=${file}, and keep the old key with your older backups.`,
  )
})

function count(n: number, one: string, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`
}
