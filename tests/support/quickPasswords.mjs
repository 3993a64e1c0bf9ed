// Loaded into a server process before its program (`QUICK_PASSWORDS` in serverProcess.ts): scrypt with the least work.
// For tests that use passwords and are not about them: the real cost is half of all the time of these tests. It is in
// no setting of the program, and what is stored says the real cost, so only such processes can verify it.
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

const { scrypt } = crypto
/** @type {(password: Buffer, salt: Buffer, length: number, cost: crypto.ScryptOptions, done: (error: Error | null, key: Buffer) => void) => void} */
const quick = (password, salt, length, _cost, done) => scrypt(password, salt, length, { N: 2, r: 1, p: 1 }, done)
Object.assign(crypto, { scrypt: quick })
syncBuiltinESMExports()
