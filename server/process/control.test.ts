import type { Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { CommandError, listenForCommands, runCommand } from './control.ts'

const PASSWORD = 'correct horse battery'

let server: TestServer
let socket: Server | undefined
beforeAll(async () => {
  server = await startTestServer()
  socket = await listenForCommands(server.services)
})
afterAll(async () => {
  socket?.close()
  await server.close()
})

const add = (username: string, password: string) => () =>
  runCommand(server.services.config, 'addUser', { username, password, admin: false, apiKey: false })
const setPassword = (username: string, password: string) => () =>
  runCommand(server.services.config, 'setPassword', { username, password })
const disable = (username: string) => () => runCommand(server.services.config, 'disableUser', { username })

test.each([
  ['a short password', add('dave', 'short'), 'It is too short: it must have at least 12 characters.'],
  ['a password with the name', add('dave', 'my name is dave yes'), 'It contains the username.'],
  ['a common password', add('dave', 'Password1234'), 'It is too common'],
  ['a taken name', add('admin', PASSWORD), 'There is a user admin already.'],
  ['a name with a colon', add('a:b', PASSWORD), 'A username has letters, digits'],
  ['a password for an unknown name', setPassword('nobody', PASSWORD), 'There is no user nobody.'],
  ['disabling an unknown name', disable('nobody'), 'There is no user nobody.'],
  ['disabling the only admin', disable('admin'), 'This would leave no enabled admin.'],
])('the server rejects %s in a sentence for the terminal, and changes nothing', async (_, command, words) => {
  const error = await command().catch((refusal) => refusal)
  expect(error).toBeInstanceOf(CommandError)
  expect(error.message).toContain(words)
  expect(await runCommand(server.services.config, 'listUsers', {})).toEqual([
    { name: 'admin', type: 'LOCAL', admin: true, password: false, apiKeys: 1, disabled: false },
  ])
})
