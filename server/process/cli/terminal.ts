import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'
import { type Config, ConfigError, readConfig } from '../../config.ts'
import { DataFolderError } from '../../db/folderErrors.ts'
import { MasterKeyError } from '../../vault/masterKey.ts'
import { CommandError } from '../control.ts'

/** Wrong use of a command; the message is its help. */
export class UsageError extends Error {}

/** Runs a command. Expected errors print one sentence and set a failure exit code. */
export async function runCli(main: () => Promise<void>): Promise<void> {
  process.umask(0o077)
  try {
    await main()
  } catch (error) {
    const expected = [UsageError, ConfigError, CommandError, DataFolderError, MasterKeyError].some(
      (kind) => error instanceof kind,
    )
    console.error(expected ? (error as Error).message : error)
    process.exitCode = 1
  }
}

/** The settings, for commands that use a data folder. In front of another Concord there is none. */
export function readFolderSettings(): Config {
  const config = readConfig(process.env)
  if (config.concordUrl) {
    throw new UsageError(
      `CONCORD_URL is set: users and secrets live in that Concord (${config.concordUrl.origin}), which this command ` +
        'cannot reach. Unset it to work on a data folder.',
    )
  }
  return config
}

/**
 * Reads a new password: typed twice, hidden, at a terminal; otherwise the first line of standard input. Never from the
 * command line, which other users of the computer can read.
 */
export async function readNewPassword(username: string, rule: string): Promise<string> {
  if (!stdin.isTTY) return firstLine()
  stdout.write(`${rule}\n`)
  const password = await typed(`New password for ${username}: `)
  if ((await typed('Once more: ')) !== password) throw new UsageError('The passwords differ; nothing has changed.')
  return password
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) return line
  throw new UsageError('Standard input has no password: it is read from the first line.')
}

function typed(question: string): Promise<string> {
  stdout.write(question)
  stdin.setRawMode(true)
  stdin.resume()
  stdin.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    let text = ''
    const end = (settle: () => void) => {
      stdin.off('data', onData)
      stdin.setRawMode(false)
      stdin.pause()
      stdout.write('\n')
      settle()
    }
    const onData = (chunk: string) => {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') return end(() => resolve(text))
        // Ctrl+C and Ctrl+D: in raw mode they arrive as characters.
        if (character === '\u0003' || character === '\u0004') {
          return end(() => reject(new UsageError('Cancelled; nothing has changed.')))
        }
        if (character === '\u007f' || character === '\b') text = [...text].slice(0, -1).join('')
        else if (character === '\u0015') text = ''
        else if (character >= ' ') text += character
      }
    }
    stdin.on('data', onData)
  })
}
