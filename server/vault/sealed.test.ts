import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { open, type Protection, rewrap, type SealedValue, seal } from './sealed.ts'
import { DamagedValueError, WrongPasswordError } from './vaultErrors.ts'

const secretId = randomUUID()
const masterKey = createSecretKey(randomBytes(32))
const value = Buffer.from('a value with ümlauts\n and blanks ')
const cheap = { log2N: 1, r: 1, p: 1 }

const byServer: Protection = { kind: 'SERVER_KEY', masterKey }
const byPassword = (password: string): Protection => ({ kind: 'PASSWORD', password, cost: cheap })
const protections = [
  ['SERVER_KEY', byServer],
  ['PASSWORD', byPassword('Aa1Bb2Cc3')],
] as const

/** Created by the version that stretched store passwords at { log2N: 15, r: 8, p: 1 }. */
const OLD_ROW = {
  wrappedKey: 'AQIPCAHLSvR/rE0neawjTBfEZMOakCLzro0G8TyyMmZfodEtBc4ACbWr4eooSjfLJIWyfuuYH61WLkC8GRsCMOiGPoS+uGVKfw==',
  salt: 'Azvv+N9sxK+4+NryubOeNQ==',
  data: 'ATPyjhbaeT6tZGzcs/PAaKZfYWSaVEadJqsYh4Qk+Tx1P3bfqyXDt7thvwM=',
}

const columns = ['wrappedKey', 'salt', 'data'] as const

/** Returns all rows that differ from the given one in a single bit, or a missing or extra byte of one column. */
function* damaged(sealed: SealedValue): Generator<SealedValue> {
  for (const column of columns) {
    const bytes = sealed[column]
    if (!bytes) continue
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      yield { ...sealed, [column]: changed }
    }
    for (let length = 0; length < bytes.length; length++) yield { ...sealed, [column]: bytes.subarray(0, length) }
    yield { ...sealed, [column]: Buffer.concat([bytes, Buffer.of(0)]) }
  }
}

describe.each(protections)('%s', (_, protection) => {
  test.each([0, 1, 33, 1024 * 1024])('opens a value of %i bytes', async (length) => {
    const bytes = randomBytes(length)
    const sealed = await seal({ secretId, value: bytes, protection })
    expect((await open({ secretId, sealed, protection })).equals(bytes)).toBe(true)
  })

  test('the row does not contain the clear value', async () => {
    const sealed = await seal({ secretId, value, protection })
    const row = Buffer.concat([sealed.wrappedKey, sealed.salt ?? Buffer.alloc(0), sealed.data])
    expect(row.includes(value.subarray(0, 8))).toBe(false)
  })

  test('sealing the same value twice gives different rows', async () => {
    const a = await seal({ secretId, value, protection })
    const b = await seal({ secretId, value, protection })
    expect(a.data.subarray(1, 13).equals(b.data.subarray(1, 13))).toBe(false)
    expect(a.data.subarray(29).equals(b.data.subarray(29))).toBe(false)
    expect(a.wrappedKey.equals(b.wrappedKey)).toBe(false)
  })

  test('detects any damage to a row, and does not report it as a wrong password', async () => {
    const sealed = await seal({ secretId, value, protection })
    let rows = 0
    for (const row of damaged(sealed)) {
      rows++
      await expect(open({ secretId, sealed: row, protection })).rejects.toThrow(DamagedValueError)
    }
    expect(rows).toBeGreaterThan(1000)
  })

  test("does not open another secret's row, as a whole or in part", async () => {
    const mine = await seal({ secretId, value, protection })
    const otherId = randomUUID()
    const others = await seal({ secretId: otherId, value: Buffer.from('other'), protection })
    await expect(open({ secretId, sealed: others, protection })).rejects.toThrow(DamagedValueError)
    for (const column of columns) {
      if (!mine[column]) continue
      const mixed = { ...mine, [column]: others[column] }
      await expect(open({ secretId, sealed: mixed, protection })).rejects.toThrow(DamagedValueError)
    }
  })

  test('does not open a mix of an older and a newer row of the same secret', async () => {
    const older = await seal({ secretId, value, protection })
    const newer = await seal({ secretId, value, protection })
    const mixed = { ...newer, data: older.data }
    await expect(open({ secretId, sealed: mixed, protection })).rejects.toThrow(DamagedValueError)
  })

  test('rejects an unknown version', async () => {
    const sealed = await seal({ secretId, value, protection })
    for (const column of ['wrappedKey', 'data'] as const) {
      const later = { ...sealed, [column]: Buffer.concat([Buffer.of(2), sealed[column].subarray(1)]) }
      await expect(open({ secretId, sealed: later, protection })).rejects.toThrow('unknown format')
    }
  })
})

test('does not open a row under the other protection', async () => {
  const server = await seal({ secretId, value, protection: byServer })
  await expect(open({ secretId, sealed: server, protection: byPassword('x') })).rejects.toThrow('not one of')
  const password = await seal({ secretId, value, protection: byPassword('x') })
  await expect(open({ secretId, sealed: password, protection: byServer })).rejects.toThrow('not one of')
})

test('does not open with another master key', async () => {
  const sealed = await seal({ secretId, value, protection: byServer })
  const protection: Protection = { kind: 'SERVER_KEY', masterKey: createSecretKey(randomBytes(32)) }
  await expect(open({ secretId, sealed, protection })).rejects.toThrow('does not match the master key')
})

describe('store password', () => {
  const password = 'Aa1Bb2Cc3'

  test('a wrong one is detected in 600 of 600 rounds', async () => {
    const sealed = await seal({ secretId, value, protection: byPassword(password) })
    for (let round = 0; round < 300; round++) {
      for (const wrong of [`${password}${round}`, randomBytes(9).toString('base64')]) {
        await expect(open({ secretId, sealed, protection: byPassword(wrong) })).rejects.toThrow(WrongPasswordError)
      }
    }
  })

  test.each(['', 'aa1bb2cc3', 'Aa1Bb2Cc3 ', ' Aa1Bb2Cc3', 'Aa1Bb2Cc', 'Aa1Bb2Cc3\0'])('%j is wrong', async (wrong) => {
    const sealed = await seal({ secretId, value, protection: byPassword(password) })
    await expect(open({ secretId, sealed, protection: byPassword(wrong) })).rejects.toThrow(WrongPasswordError)
  })

  test('may be long and in any script', async () => {
    const protection = byPassword('пароль-密码-🔑'.repeat(500))
    const sealed = await seal({ secretId, value, protection })
    expect((await open({ secretId, sealed, protection })).equals(value)).toBe(true)
  })

  test('is stretched at full cost with its own salt by default, and the row contains both', async () => {
    const protection: Protection = { kind: 'PASSWORD', password }
    const sealed = await seal({ secretId, value, protection })
    expect([...sealed.wrappedKey.subarray(0, 5)]).toEqual([1, 2, 16, 8, 2])
    expect(sealed.salt?.length).toBe(16)
    expect((await open({ secretId, sealed, protection })).equals(value)).toBe(true)
  })

  test('opens a row of a version with a third of the cost, and a new password raises the cost', async () => {
    const id = '0193a1b2-0000-7000-8000-000000000001'
    const old: SealedValue = {
      wrappedKey: Buffer.from(OLD_ROW.wrappedKey, 'base64'),
      salt: Buffer.from(OLD_ROW.salt, 'base64'),
      data: Buffer.from(OLD_ROW.data, 'base64'),
    }
    expect([...old.wrappedKey.subarray(0, 5)]).toEqual([1, 2, 15, 8, 1])
    const opened = await open({ secretId: id, sealed: old, protection: { kind: 'PASSWORD', password } })
    expect(opened.toString()).toBe('kept since 2026')
    const changed = await rewrap({ secretId: id, sealed: old, oldPassword: password, newPassword: 'New-2-two' })
    expect([...changed.wrappedKey.subarray(0, 5)]).toEqual([1, 2, 16, 8, 2])
    const again = await open({ secretId: id, sealed: changed, protection: byPassword('New-2-two') })
    expect(again.toString()).toBe('kept since 2026')
  })

  test('errors do not contain the password or the value', async () => {
    const sealed = await seal({ secretId, value, protection: byPassword(password) })
    const error = await open({ secretId, sealed, protection: byPassword('Wrong-one-1') }).catch((e: Error) => e)
    expect(String((error as Error).stack)).not.toMatch(/Wrong-one-1|Aa1Bb2Cc3|value with/)
  })

  test('an unaffordable cost is treated as damage, without trying it', async () => {
    const sealed = await seal({ secretId, value, protection: { kind: 'PASSWORD', password, cost: cheap } })
    const { createHash } = await import('node:crypto')
    // Somebody with write access to the database could fix the checksum too.
    const header = Buffer.of(1, 2, 40, 8, 1)
    const box = sealed.wrappedKey.subarray(13)
    const place = Buffer.from(`concord-secrets-console\nkey\nPASSWORD\n${secretId}`)
    const salt = sealed.salt ?? Buffer.alloc(0)
    const sum = createHash('sha256').update(place).update(header).update(salt).update(box).digest().subarray(0, 8)
    const row = { ...sealed, wrappedKey: Buffer.concat([header, sum, box]) }
    await expect(open({ secretId, sealed: row, protection: byPassword(password) })).rejects.toThrow('usable salt')
  })
})

describe('rewrap', () => {
  const input = { secretId, oldPassword: 'Old-1-one', newPassword: 'New-2-two', cost: cheap }

  test('changes the password, not the data', async () => {
    const sealed = await seal({ secretId, value, protection: byPassword('Old-1-one') })
    const changed = await rewrap({ ...input, sealed })
    expect(changed.data.equals(sealed.data)).toBe(true)
    expect(changed.salt?.equals(sealed.salt ?? Buffer.alloc(0))).toBe(false)
    expect((await open({ secretId, sealed: changed, protection: byPassword('New-2-two') })).equals(value)).toBe(true)
    await expect(open({ secretId, sealed: changed, protection: byPassword('Old-1-one') })).rejects.toThrow(
      WrongPasswordError,
    )
  })

  test('needs the old password', async () => {
    const sealed = await seal({ secretId, value, protection: byPassword('Old-1-one') })
    await expect(rewrap({ ...input, sealed, oldPassword: 'New-2-two' })).rejects.toThrow(WrongPasswordError)
  })

  test('does not work on a SERVER_KEY row', async () => {
    const sealed = await seal({ secretId, value, protection: byServer })
    await expect(rewrap({ ...input, sealed })).rejects.toThrow(DamagedValueError)
  })
})
