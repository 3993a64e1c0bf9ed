import { parseArgs } from 'node:util'
import { runCommand } from '../control.ts'
import { type ListedUser, PASSWORD_RULE } from '../users/directory.ts'
import { readFolderSettings, readNewPassword, runCli, UsageError } from './terminal.ts'

const HELP = `Users of the built-in directory:

  npm run user -- list
  npm run user -- add NAME [--admin] [--api-key]   --admin: may do everything; --api-key: makes a key, shown once
  npm run user -- passwd NAME                      ends the user's sessions
  npm run user -- disable NAME                     ends sessions, keys stop working; what the user owns stays
  npm run user -- enable NAME

The password (${PASSWORD_RULE}) is asked for, or read from the
first line of standard input. The data folder is DATA_DIR; the server may run or not.`

await runCli(async () => {
  const { values, positionals } = readArguments()
  const [action, username, ...rest] = positionals
  const config = readFolderSettings()
  if (values.help || !action || rest.length > 0) throw new UsageError(HELP)
  if (action === 'list' && !username) return printUsers(await runCommand(config, 'listUsers', {}))
  if (!username) throw new UsageError(HELP)
  const askPassword = () => readNewPassword(username, PASSWORD_RULE)

  if (action === 'add') {
    const { admin = false, 'api-key': apiKey = false } = values
    const made = await runCommand(config, 'addUser', { username, password: await askPassword(), admin, apiKey })
    console.log(`Added ${username}${admin ? ', an admin' : ''}.`)
    if (made.apiKey) console.log(`API key, shown only now: ${made.apiKey}`)
  } else if (action === 'passwd') {
    await runCommand(config, 'setPassword', { username, password: await askPassword() })
    console.log(`New password for ${username}; their sessions have ended.`)
  } else if (action === 'disable') {
    await runCommand(config, 'disableUser', { username })
    console.log(`Disabled ${username}; their sessions have ended.`)
  } else if (action === 'enable') {
    await runCommand(config, 'enableUser', { username })
    console.log(`Enabled ${username}.`)
  } else throw new UsageError(HELP)
})

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { admin: { type: 'boolean' }, 'api-key': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${HELP}`)
  }
}

function printUsers(users: ListedUser[]) {
  const width = Math.max(...users.map(({ username }) => username.length))
  for (const { username, admin, password, apiKeys, disabled } of users) {
    const keys = `${apiKeys} API ${apiKeys === 1 ? 'key' : 'keys'}`
    const facts = [admin && 'admin', password ? 'password' : 'no password', keys, disabled && 'DISABLED']
    console.log(`${username.padEnd(width)}  ${facts.filter(Boolean).join(', ')}`)
  }
}
