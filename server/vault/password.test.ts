import { expect, test } from 'vitest'
import {
  generateUserPassword,
  hashPassword,
  missingWork,
  PASSWORD_COST,
  verifyDummy,
  verifyPassword,
} from './password.ts'
import type { ScryptCost } from './scrypt.ts'

const cheap = { log2N: 4, r: 1, p: 1 }

test('a hash contains its cost and salt, and differs each time', async () => {
  const first = await hashPassword('secret', cheap)
  expect(first).toMatch(/^\$scrypt-sha256\$ln=4,r=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(await hashPassword('secret', cheap)).not.toBe(first)
})

test('takes the full cost by default', async () => {
  const stored = await hashPassword('secret')
  expect(stored).toMatch(/^\$scrypt-sha256\$ln=16,r=8,p=2\$/)
  expect(await verifyPassword('secret', stored)).toBe(true)
  expect(await verifyPassword('Secret', stored)).toBe(false)
})

test.each(['', ' ', 'a b', 'pä:ß\u{1f600}', 'x'.repeat(5000)])(
  'verifies %j, and rejects similar passwords',
  async (password) => {
    const stored = await hashPassword(password, cheap)
    expect(await verifyPassword(password, stored)).toBe(true)
    expect(await verifyPassword(`${password} `, stored)).toBe(false)
    expect(await verifyPassword(`${password}\0`, stored)).toBe(false)
  },
)

test('verifying a hash of an earlier version takes as long as an unknown user', async () => {
  const former = { log2N: 15, r: 8, p: 3 }
  const work = ({ log2N, r, p }: ScryptCost) => 2 ** log2N * r * p
  const total = [former, ...missingWork(former)].map(work).reduce((a, b) => a + b)
  expect(total).toBe(work(PASSWORD_COST))
  expect(missingWork(PASSWORD_COST)).toEqual([])
  const stored = await hashPassword('secret', former)
  expect(await verifyPassword('secret', stored)).toBe(true)
  expect(await verifyPassword('Secret', stored)).toBe(false)
})

test('a malformed hash matches no password', async () => {
  const stored = await hashPassword('secret', cheap)
  for (const broken of ['', stored.slice(0, -1), `${stored}A`, stored.replace('ln=4', 'ln=30')]) {
    expect(await verifyPassword('secret', broken)).toBe(false)
  }
})

test('an unknown user takes about as long as a known one', async () => {
  const stored = await hashPassword('secret')
  let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  // Measured in turn and as CPU time, because other programs come and go; the minimum was disturbed least.
  for (let i = 0; i < 2; i++) {
    known = Math.min(known, await work(() => verifyPassword('wrong', stored)))
    unknown = Math.min(unknown, await work(() => verifyDummy('wrong')))
  }
  expect(unknown / known).toBeGreaterThan(0.3)
  expect(unknown / known).toBeLessThan(3)
})

test('generated passwords have four groups without look-alikes, and all differ', () => {
  const passwords = Array.from({ length: 200 }, generateUserPassword)
  for (const password of passwords) expect(password).toMatch(/^[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){3}$/)
  expect(new Set(passwords).size).toBe(200)
})

/** The CPU time of the process, including its threads, in microseconds. */
async function work(task: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await task()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
