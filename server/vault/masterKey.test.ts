import { createSecretKey, randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deriveKey, loadMasterKey, MasterKeyError, makeKeyCheck, verifyKeyCheck } from './masterKey.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'master-key-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const bytes = randomBytes(32)
const text = bytes.toString('base64')
const key = createSecretKey(bytes)

describe('master.key', () => {
  test('is created on the first run, readable by its owner only, and found again', () => {
    const made = loadMasterKey({ dataDir, allowCreate: true })
    expect(made).toMatchObject({ source: 'file', created: true, warnings: [] })
    const file = join(dataDir, 'master.key')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toBe(`${made.key.export().toString('base64')}\n`)
    expect(readdirSync(dataDir)).toEqual(['master.key'])

    const found = loadMasterKey({ dataDir, allowCreate: false })
    expect(found).toMatchObject({ source: 'file', created: false, warnings: [] })
    expect(found.key.equals(made.key)).toBe(true)
  })

  test('creates a missing data folder, closed to other users', () => {
    const folder = join(dataDir, 'a', 'b')
    loadMasterKey({ dataDir: folder, allowCreate: true })
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test('is different in every folder', () => {
    const a = loadMasterKey({ dataDir: join(dataDir, 'a'), allowCreate: true })
    const b = loadMasterKey({ dataDir: join(dataDir, 'b'), allowCreate: true })
    expect(a.key.equals(b.key)).toBe(false)
  })

  test('is not created again next to an existing database', () => {
    const load = () => loadMasterKey({ dataDir, allowCreate: false })
    expect(load).toThrow(MasterKeyError)
    expect(load).toThrow(/^master key missing: .*Put back the master\.key/)
    expect(readdirSync(dataDir)).toEqual([])
  })

  test.each([
    ['', 'has 0 bytes instead of 32'],
    ['not base64!', 'is not base64'],
    [randomBytes(31).toString('base64'), 'has 31 bytes instead of 32'],
    [randomBytes(33).toString('base64'), 'has 33 bytes instead of 32'],
  ])('rejects a key file that contains %j, and does not replace it', (content, message) => {
    writeFileSync(join(dataDir, 'master.key'), content, { mode: 0o600 })
    expect(() => loadMasterKey({ dataDir, allowCreate: true })).toThrow(message)
    expect(readFileSync(join(dataDir, 'master.key'), 'utf8')).toBe(content)
  })

  test('fails the start with a clear message if it cannot be written', () => {
    const nowhere = join(dataDir, 'nowhere')
    symlinkSync(join(dataDir, 'missing'), nowhere)
    const load = () => loadMasterKey({ dataDir: nowhere, allowCreate: true })
    expect(load).toThrow(MasterKeyError)
    expect(load).toThrow("can't be written")
  })

  test('fails the start with a clear message if it cannot be read', () => {
    mkdirSync(join(dataDir, 'master.key'))
    const load = () => loadMasterKey({ dataDir, allowCreate: true })
    expect(load).toThrow(MasterKeyError)
    expect(load).toThrow("can't be read (EISDIR)")
  })

  test.each([0o640, 0o604, 0o644])('logs a warning for mode %o', (mode) => {
    const file = join(dataDir, 'master.key')
    writeFileSync(file, text)
    chmodSync(file, mode)
    const { warnings } = loadMasterKey({ dataDir, allowCreate: false })
    expect(warnings).toEqual([expect.stringContaining(`chmod 600 '${file}'`)])
  })
})

describe('settings', () => {
  test('MASTER_KEY takes precedence over the file, and creates no file', () => {
    const loaded = loadMasterKey({ masterKey: ` ${text}\n`, dataDir, allowCreate: true })
    expect(loaded).toMatchObject({ source: 'MASTER_KEY', created: false, warnings: [] })
    expect(loaded.key.equals(key)).toBe(true)
    expect(readdirSync(dataDir)).toEqual([])
  })

  test('MASTER_KEY_FILE names a file', () => {
    const masterKeyFile = join(dataDir, 'elsewhere')
    writeFileSync(masterKeyFile, `${text}\n`, { mode: 0o400 })
    const loaded = loadMasterKey({ masterKeyFile, dataDir, allowCreate: false })
    expect(loaded).toMatchObject({ source: 'MASTER_KEY_FILE', created: false, warnings: [] })
    expect(loaded.key.equals(key)).toBe(true)
  })

  test('MASTER_KEY_FILE is never created', () => {
    const masterKeyFile = join(dataDir, 'elsewhere')
    expect(() => loadMasterKey({ masterKeyFile, dataDir, allowCreate: true })).toThrow('does not exist')
    expect(readdirSync(dataDir)).toEqual([])
  })

  test('rejects both at once', () => {
    expect(() => loadMasterKey({ masterKey: text, masterKeyFile: 'x', dataDir, allowCreate: true })).toThrow(
      'MASTER_KEY and MASTER_KEY_FILE are both set',
    )
  })

  test('rejects a malformed MASTER_KEY without repeating it', () => {
    const load = () => loadMasterKey({ masterKey: 'hush-hush', dataDir, allowCreate: true })
    expect(load).toThrow('MASTER_KEY is not base64')
    expect(load).toThrow('openssl rand -base64 32')
    expect(load).not.toThrow('hush-hush')
  })

  test('a key logged by mistake is not shown', () => {
    const loaded = loadMasterKey({ masterKey: text, dataDir, allowCreate: true })
    const shown = inspect(loaded, { depth: 9, showHidden: true }) + JSON.stringify(loaded)
    expect(shown).not.toContain(text)
    expect(shown).not.toContain(bytes.toString('hex').slice(0, 8))
  })
})

describe('key check', () => {
  test('accepts the same key', () => {
    expect(verifyKeyCheck(createSecretKey(bytes), makeKeyCheck(key))).toBe(true)
  })

  test('rejects another key and a damaged check value', () => {
    const check = makeKeyCheck(key)
    expect(verifyKeyCheck(createSecretKey(randomBytes(32)), check)).toBe(false)
    expect(verifyKeyCheck(key, check.subarray(1))).toBe(false)
    expect(verifyKeyCheck(key, Buffer.alloc(0))).toBe(false)
    check.writeUInt8(check.readUInt8(5) ^ 1, 5)
    expect(verifyKeyCheck(key, check)).toBe(false)
  })
})

test('derived keys differ by purpose and from the master key, and are deterministic', () => {
  const a = deriveKey(key, 'a')
  expect(a.equals(deriveKey(createSecretKey(bytes), 'a'))).toBe(true)
  expect(a.equals(deriveKey(key, 'b'))).toBe(false)
  expect(a.equals(key)).toBe(false)
  expect(a.symmetricKeySize).toBe(32)
})

test('a key is derived once for each purpose and master key', () => {
  expect(deriveKey(key, 'a')).toBe(deriveKey(key, 'a'))
  const other = createSecretKey(randomBytes(32))
  expect(deriveKey(other, 'a').equals(deriveKey(key, 'a'))).toBe(false)
})
