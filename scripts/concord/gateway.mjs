import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { ROOT } from '../ensure.mjs'
import { start } from './ending.mjs'

/**
 * Starts the console in front of a Concord, as `npm start` does, and returns its address.
 * @param {string} folder
 * @param {string} concord
 */
export async function startGateway(folder, concord) {
  const log = join(folder, 'gateway.log')
  const environment = { ...process.env, CONCORD_URL: concord, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'warn' }
  const gateway = start(process.execPath, [join(ROOT, 'scripts', 'start.mjs')], { cwd: folder, log, env: environment })
  const address = () => /Concord secrets console: (http:\/\/[^/\s]+)/.exec(readFileSync(log, 'utf8'))?.[1]
  await gateway.until(async () => address() !== undefined, 'The gateway')
  return address()
}
