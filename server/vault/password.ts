import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Turn } from '../waiting/limit.ts'
import { limited } from './passwordQueue.ts'
import { pick } from './random.ts'
import { isAffordable, type ScryptCost, scryptKey } from './scrypt.ts'

/** OWASP's recommendation for scrypt with 64 MiB, and not below ASVS 2.4.6; about a quarter of a second. */
export const PASSWORD_COST: ScryptCost = { log2N: 16, r: 8, p: 2 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const STORED = /^\$scrypt-sha256\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/
/** No letters or digits that look alike (0 o, 1 l i). */
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789'

/**
 * Hashes a user's password for the user table: `$scrypt-sha256$ln=16,r=8,p=2$<salt>$<hash>`. This is the PHC string
 * format; the name says that the password goes through SHA-256 first (see scryptKey).
 */
export async function hashPassword(password: string, cost = PASSWORD_COST, turn?: Turn): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const compute = () => scryptKey(password, salt, cost, HASH_BYTES)
  const hash = await (turn ? limited(turn, compute) : compute())
  return `$scrypt-sha256$ln=${cost.log2N},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(hash)}`
}

/** Whether the password is the one that was hashed. A malformed hash matches no password. */
export async function verifyPassword(password: string, stored: string, turn?: Turn): Promise<boolean> {
  const [, log2N, r, p, salt = '', hash = ''] = STORED.exec(stored) ?? []
  const cost = { log2N: Number(log2N), r: Number(r), p: Number(p) }
  if (!isAffordable(cost)) {
    await verifyDummy(password, turn)
    return false
  }
  const actual = await limited(turn, async () => {
    const key = await scryptKey(password, Buffer.from(salt, 'base64'), cost, HASH_BYTES)
    for (const more of missingWork(cost)) await scryptKey(password, Buffer.alloc(SALT_BYTES), more)
    return key
  })
  return timingSafeEqual(actual, Buffer.from(hash, 'base64'))
}

/** Takes as long as `verifyPassword`. Call it for an unknown user, so that timing does not reveal who exists. */
export async function verifyDummy(password: string, turn?: Turn, cost = PASSWORD_COST): Promise<void> {
  await limited(turn, () => scryptKey(password, Buffer.alloc(SALT_BYTES), cost, HASH_BYTES))
}

/**
 * The cost that a hash of an earlier version lacks, compared with an unknown user: otherwise timing would reveal who
 * has one.
 */
export function missingWork({ log2N, r, p }: ScryptCost): ScryptCost[] {
  return log2N === 15 && r === 8 && p === 3 ? [{ log2N: 15, r: 8, p: 1 }] : []
}

/** Generates a password that is easy to read and type, `k7qm-x2fd-9rwt-hn4p`: 16 characters of 31, 79 bits. */
export function generateUserPassword(): string {
  const group = () => Array.from({ length: 4 }, () => pick(READABLE)).join('')
  return [group(), group(), group(), group()].join('-')
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
