import { parseArgs } from 'node:util'
import type { ListedUser } from '../../users/builtIn.ts'
import { PASSWORD_RULE } from '../../users/passwords.ts'
import { runCommand } from '../control.ts'
import { readFolderSettings, readNewPassword, runCli, UsageError } from './terminal.ts'

const HELP = `Users, and the passwords of the built-in directory:

  npm run user -- list
  npm run user -- add NAME [--admin] [--api-key]   --admin: has all rights; --api-key: creates a key, shown once
  npm run user -- passwd NAME                      ends the user's sessions
  npm run user -- disable NAME                     ends sessions, keys stop working; the user keeps what they own
  npm run user -- enable NAME

NAME is a user of the built-in or another directory: add @DOMAIN if they have a domain, or use their id. If several
have the name, nothing is changed and their ids are shown.

The command asks for the password, or reads the first line of standard input. The data folder is DATA_DIR; the server may
be running. ${PASSWORD_RULE}`

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
    const who = await runCommand(config, 'setPassword', { username, password: await askPassword() })
    console.log(`New password for ${who}; their sessions have ended.`)
  } else if (action === 'disable') {
    const who = await runCommand(config, 'disableUser', { username })
    console.log(`Disabled ${who}; their sessions have ended.`)
  } else if (action === 'enable') {
    console.log(`Enabled ${await runCommand(config, 'enableUser', { username })}.`)
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
  const width = Math.max(...users.map(({ name }) => name.length))
  for (const { name, type, admin, password, apiKeys, disabled } of users) {
    const keys = `${apiKeys} API ${apiKeys === 1 ? 'key' : 'keys'}`
    const here = type === 'LOCAL' && (password ? 'password' : 'no password')
    const facts = [type, admin && 'admin', here, keys, disabled && 'DISABLED']
    console.log(`${name.padEnd(width)}  ${facts.filter(Boolean).join(', ')}`)
  }
}
