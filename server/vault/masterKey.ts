import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { decodeBase64 } from './base64.ts'

const KEY_BYTES = 32
const FILE_NAME = 'master.key'
const KEY_CHECK_VERSION = 1
const HOW_TO_MAKE_ONE = 'It must be the base64 form of 32 bytes, as "openssl rand -base64 32" prints it.'

export interface MasterKeySettings {
  /** `MASTER_KEY`: the key itself, base64 of 32 bytes. */
  masterKey?: string | undefined
  /** `MASTER_KEY_FILE`: a file with the key in the same format. */
  masterKeyFile?: string | undefined
  /** The folder of `master.key` if neither is set. */
  dataDir: string
  /**
   * Whether a missing `master.key` may be created: not if there is already a database, which belongs to another key.
   */
  allowCreate: boolean
}

export interface MasterKey {
  /** A KeyObject, because it does not show the key if it is logged. */
  key: KeyObject
  source: 'MASTER_KEY' | 'MASTER_KEY_FILE' | 'file'
  /** Created just now, on the first run. */
  created: boolean
  /** Sentences for the log. */
  warnings: string[]
}

/** The server can't start; the message says what to do and never contains key material. */
export class MasterKeyError extends Error {
  override name = 'MasterKeyError'
}

/**
 * Loads the master key: `MASTER_KEY`, `MASTER_KEY_FILE`, or `<dataDir>/master.key`, which is created on the first run
 * (0600). @throws MasterKeyError if both settings are given, or the key is missing or malformed
 */
export function loadMasterKey({ masterKey, masterKeyFile, dataDir, allowCreate }: MasterKeySettings): MasterKey {
  if (masterKey && masterKeyFile) {
    throw new MasterKeyError('MASTER_KEY and MASTER_KEY_FILE are both set: set only one of them.')
  }
  if (masterKey) {
    return { key: parseKey(masterKey, 'MASTER_KEY'), source: 'MASTER_KEY', created: false, warnings: [] }
  }
  if (masterKeyFile) {
    const found = readKeyFile(masterKeyFile)
    if (!found) {
      throw new MasterKeyError(`MASTER_KEY_FILE names ${masterKeyFile}, which does not exist. ${HOW_TO_MAKE_ONE}`)
    }
    return { ...found, source: 'MASTER_KEY_FILE', created: false }
  }

  const file = join(dataDir, FILE_NAME)
  const found = readKeyFile(file)
  if (found) return { ...found, source: 'file', created: false }
  if (!allowCreate) {
    throw new MasterKeyError(
      `master key missing: there is a database but no ${file}. Put back the ${FILE_NAME} that belongs to it (from a ` +
        'backup), or set MASTER_KEY or MASTER_KEY_FILE. A new key could not decrypt the stored secrets.',
    )
  }
  return { ...readOrMakeKeyFile(file), source: 'file' }
}

/** Reads the key from a file. Creates the file with a new key if it is missing. @throws MasterKeyError */
export function readOrMakeKeyFile(file: string): { key: KeyObject; created: boolean; warnings: string[] } {
  const found = readKeyFile(file)
  if (found) return { ...found, created: false }
  const bytes = randomBytes(KEY_BYTES)
  writeKeyFile(file, bytes)
  return { key: createSecretKey(bytes), created: true, warnings: [] }
}

/**
 * A value to store in the database, which `verifyKeyCheck` compares with the master key. It reveals nothing about the
 * key.
 */
export function makeKeyCheck(key: KeyObject): Buffer {
  const mac = createHmac('sha256', key).update('concord-secrets-console/master-key-check').digest()
  return Buffer.concat([Buffer.of(KEY_CHECK_VERSION), mac])
}

/** Whether this is the master key of the database. */
export function verifyKeyCheck(key: KeyObject, stored: Buffer): boolean {
  const expected = makeKeyCheck(key)
  return stored.length === expected.length && timingSafeEqual(stored, expected)
}

/** Derives a separate key for each use of the master key (HKDF-SHA-256), so that one use cannot compromise another. */
export function deriveKey(masterKey: KeyObject, purpose: string): KeyObject {
  const ofMaster = derived.get(masterKey) ?? new Map<string, KeyObject>()
  derived.set(masterKey, ofMaster)
  const known = ofMaster.get(purpose)
  if (known) return known
  const bytes = Buffer.from(hkdfSync('sha256', masterKey, '', `concord-secrets-console/${purpose}`, KEY_BYTES))
  const key = createSecretKey(bytes)
  ofMaster.set(purpose, key)
  return key
}

/** Deriving one takes longer than encrypting a short value. There are as many as there are uses. */
const derived = new WeakMap<KeyObject, Map<string, KeyObject>>()

function parseKey(text: string, name: string): KeyObject {
  let bytes: Buffer
  try {
    bytes = decodeBase64(text.trim())
  } catch {
    throw new MasterKeyError(`${name} is not base64. ${HOW_TO_MAKE_ONE}`)
  }
  if (bytes.length !== KEY_BYTES) {
    throw new MasterKeyError(`${name} has ${bytes.length} bytes instead of ${KEY_BYTES}. ${HOW_TO_MAKE_ONE}`)
  }
  return createSecretKey(bytes)
}

function readKeyFile(file: string): { key: KeyObject; warnings: string[] } | undefined {
  let text: string
  let mode: number
  try {
    text = readFileSync(file, 'utf8')
    mode = statSync(file).mode
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new MasterKeyError(`The master key file ${file} can't be read (${code}).`)
  }
  // Windows has no such bits; Node reports every file there as readable by everybody.
  const readableByOthers = process.platform !== 'win32' && (mode & 0o044) !== 0
  const warnings = readableByOthers
    ? [`The master key file ${file} can be read by other users of this computer. Run: chmod 600 '${file}'`]
    : []
  return { key: parseKey(text, `The master key file ${file}`), warnings }
}

/**
 * Afterwards the file is either completely on disk or not at all, so nothing is sealed with a key that a power cut
 * could destroy.
 */
function writeKeyFile(file: string, key: Buffer): void {
  const folder = dirname(file)
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const fd = openSync(temporary, 'wx', 0o600)
    try {
      writeSync(fd, `${key.toString('base64')}\n`)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, file)
    syncFolder(folder)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new MasterKeyError(`${file} can't be written (${(error as NodeJS.ErrnoException).code}).`)
  }
}

function syncFolder(folder: string): void {
  // Windows can't open a folder, and writes its entries to disk by itself.
  if (process.platform === 'win32') return
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
