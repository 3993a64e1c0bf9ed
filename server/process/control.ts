import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { sql } from 'kysely'
import { z } from 'zod'
import { SYSTEM } from '../actor.ts'
import { recordEvent } from '../audit/events.ts'
import type { Config } from '../config.ts'
import { DataFolderError, inWords } from '../db/folderErrors.ts'
import { DATABASE_FILE, DataFolderInUseError, type Db, hasTable, lockDatabase, openDatabase } from '../db/open.ts'
import { Reserve } from '../db/reserve.ts'
import { codeOf } from '../db/storageTrouble.ts'
import { closeDatabase } from '../db/writeAheadLog.ts'
import { createLog } from '../log.ts'
import type { Services } from '../services.ts'
import { addUser, disableUser, enableUser, listUsers, setPassword, UserError } from '../users/builtIn.ts'
import { BackupError, backUp } from './backup.ts'

/*
 * The database belongs to one process. So the command-line commands (`npm run user`, `npm run backup`) ask the running
 * server over a socket in its data folder, and open the folder themselves if no server is running. The file system does
 * the access control: anyone who can open the socket can also read the folder.
 */

const SOCKET = 'control.sock'
/** The limit of sockaddr_un on macOS; Linux has four more. */
const MAX_SOCKET_PATH_BYTES = 103

/** An error with a message for the user of the command line. */
export class CommandError extends Error {}

const name = z.object({ username: z.string() })
const credentials = name.extend({ password: z.string() })

const COMMANDS = {
  addUser: command(credentials.extend({ admin: z.boolean(), apiKey: z.boolean() }), addUser),
  setPassword: command(credentials, setPassword),
  disableUser: command(name, disableUser),
  enableUser: command(name, enableUser),
  listUsers: command(z.object({}), listUsers),
  backUp: command(z.object({ file: z.string() }), backUpRecorded),
}

type Commands = typeof COMMANDS
type Arguments<N extends keyof Commands> = Parameters<Commands[N]['run']>[1]
type Result<N extends keyof Commands> = Awaited<ReturnType<Commands[N]['run']>>

function command<A, R>(schema: z.ZodType<A>, run: (db: Db, args: A) => Promise<R>) {
  return { schema, run }
}

/** Runs a command on the configured data folder: through its server, or without one. Throws a CommandError. */
export async function runCommand<N extends keyof Commands>(config: Config, name: N, args: Arguments<N>) {
  const answer = await askServer(config, name, args)
  if (answer) return answer.result as Result<N>
  if (!existsSync(join(config.dataDir, DATABASE_FILE))) throw noData(config)
  const db = await openFolder(config, name)
  try {
    // A first run that was interrupted leaves a database without rows, or without tables.
    if (!(await hasTable(db, 'settings'))) throw noData(config)
    if (!(await db.selectFrom('settings').select('name').executeTakeFirst())) throw noData(config)
    const reserve = new Reserve(db, config.dataDir, createLog('silent'))
    return (await runHere(db, name, args, reserve)) as Result<N>
  } catch (error) {
    throw inWords(error, config.dataDir)
  } finally {
    await closeDatabase(db)
  }
}

const noData = ({ dataDir }: Config) =>
  new CommandError(`There is no data in ${dataDir} yet. Run npm start once, or set DATA_DIR.`)

async function openFolder({ dataDir }: Config, name: keyof Commands) {
  try {
    // Back up the data unchanged: after an upgrade of the program, the backup is the way back.
    return name === 'backUp' ? lockDatabase(dataDir) : await openDatabase(dataDir)
  } catch (error) {
    if (!(error instanceof DataFolderInUseError)) throw error
    const why = fits(socketOf(dataDir))
      ? 'does not accept commands'
      : 'cannot accept commands, because the path of the folder is too long for a socket'
    throw new CommandError(`A server uses ${dataDir} and ${why}. Stop it first.`)
  }
}

/** Listens for commands; returns undefined if the folder's path is too long for a socket. */
export async function listenForCommands({ db, config, log, reserve }: Services): Promise<Server | undefined> {
  const path = socketOf(config.dataDir)
  if (!fits(path)) {
    log.warn('no control socket: the path of the data folder is too long; stop the server before npm run user')
    return undefined
  }
  const app = new Hono()
  app.post('/:command', async (c) => {
    const name = c.req.param('command')
    if (!Object.hasOwn(COMMANDS, name)) return c.json({ message: `Unknown command ${name}` }, 404)
    try {
      return c.json({ result: (await runHere(db, name as keyof Commands, await c.req.json(), reserve)) ?? null })
    } catch (error) {
      if (error instanceof CommandError) return c.json({ message: error.message }, 400)
      log.error('command failed', { command: name, name: (error as Error).name, code: codeOf(error) })
      const said = inWords(error, config.dataDir)
      if (said instanceof DataFolderError) return c.json({ message: said.message }, 500)
      return c.json({ message: 'The server failed; see its log.' }, 500)
    }
  })
  // Left behind by a killed server: the lock on the database shows that none is running.
  rmSync(path, { force: true })
  const server = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  chmodSync(path, 0o600)
  return server
}

async function runHere(db: Db, name: keyof Commands, args: unknown, reserve: Reserve): Promise<unknown> {
  const { schema, run } = COMMANDS[name]
  const parsed = schema.safeParse(args)
  if (!parsed.success) throw new CommandError(`The command ${name} was sent with wrong arguments.`)
  try {
    // The arguments were parsed with the schema of the same entry.
    const runIt = () => run(db, parsed.data as never) as Promise<unknown>
    return await (name === 'disableUser' ? reserve.run(runIt) : runIt())
  } catch (error) {
    if (error instanceof UserError || error instanceof BackupError) throw new CommandError(error.message)
    throw error
  }
}

/** Audited, because a copy of everything leaves the folder. A folder of an older version is not changed. */
async function backUpRecorded(db: Db, { file }: { file: string }) {
  const made = await backUp(db, { file })
  const { rows } = await sql<{ name: string }>`PRAGMA table_info(auditLog)`.execute(db)
  if (rows.some(({ name }) => name === 'event')) {
    await db.transaction().execute((trx) => recordEvent(trx, SYSTEM, 'backup', { file, ...made }))
  }
  return made
}

/** Sends a command to the server of the folder; returns undefined if none is listening. */
async function askServer({ dataDir }: Config, name: string, args: unknown): Promise<{ result: unknown } | undefined> {
  const path = socketOf(dataDir)
  if (!fits(path) || !existsSync(path)) return undefined
  const answer = await post(path, `/${name}`, JSON.stringify(args))
  if (!answer) return undefined
  const { result, message } = JSON.parse(answer.text)
  if (answer.status !== 200) throw new CommandError(message)
  return { result: result ?? undefined }
}

function post(socketPath: string, path: string, body: string) {
  return new Promise<{ status: number; text: string } | undefined>((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const sent = request({ socketPath, path, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // A socket left behind by a killed server.
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined)
      else if (error.code === 'EACCES') reject(new CommandError(`The server of ${socketPath} runs as another user.`))
      else reject(error)
    })
    sent.end(body)
  })
}

const socketOf = (dataDir: string) => join(dataDir, SOCKET)
const fits = (path: string) => process.platform !== 'win32' && Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES
