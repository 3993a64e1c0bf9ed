// Makes the keys that the tests of src/keys look at, and asks ssh-keygen and openssl about each of them and about every
// damaged form: `node tests/support/keys/make.mjs` writes keys.json and verdicts.json beside it. Needs OpenSSH and
// OpenSSL. None of the keys opens anything: they are made here, published, and never used.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { damaged, damagesOf } from './damage.mjs'

const PASSPHRASE = 'only-a-test'
const COMMENT = 'throw-away test key'
const folder = mkdtempSync(join(tmpdir(), 'keys-'))
const file = join(folder, 'key')

/** @type {(command: string, args: string[]) => string | undefined} what it printed, undefined if it failed */
function run(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', input: '', stdio: ['pipe', 'pipe', 'pipe'] })
  return status === 0 ? stdout : undefined
}

/** @type {(command: string, ...args: string[]) => string} */
function must(command, ...args) {
  const printed = run(command, args)
  if (printed === undefined) throw new Error(`failed: ${command} ${args.join(' ')}`)
  return printed
}

/** @type {(name: string, content: string | Buffer) => string} */
function write(name, content) {
  const path = join(folder, name)
  rmSync(path, { force: true })
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

/** @type {{ name: string, half: 'private' | 'public', text: string, passphrase?: true }[]} */
const keys = []

/** @type {(name: string, args: string[], passphrase?: boolean) => void} */
function sshKey(name, args, passphrase = false) {
  for (const path of [file, `${file}.pub`]) rmSync(path, { force: true })
  must('ssh-keygen', '-q', '-f', file, '-C', COMMENT, '-N', passphrase ? PASSPHRASE : '', ...args)
  keys.push({ name, half: 'private', text: readFileSync(file, 'utf8'), ...(passphrase && { passphrase }) })
}

/** @type {(name: string, args: string[], passphrase?: boolean) => void} */
function opensslKey(name, args, passphrase = false) {
  keys.push({ name, half: 'private', text: must('openssl', ...args), ...(passphrase && { passphrase }) })
}

/** @type {(name: string, text: string) => void} */
const publicKey = (name, text) => void keys.push({ name, half: 'public', text })

makeSshKeys()
makeOpensslKeys()
makePublicKeys()

const judged = keys.map((key) => ({ ...key, ...facts(key) }))
/** @type {Record<string, string[]>} half and damage → the keys that ssh-keygen still accepts */
const verdicts = {}
for (const half of /** @type {const} */ (['private', 'public']))
  for (const damage of damagesOf(half)) {
    const accepted = keys.filter((key) => key.half === half && accepts(key, damaged(half, damage, key.text)))
    verdicts[`${half}: ${damage}`] = accepted.map(({ name }) => name)
  }
rmSync(folder, { recursive: true })

/** @type {(name: string, content: object) => void} */
const save = (name, content) =>
  writeFileSync(join(import.meta.dirname, name), `${JSON.stringify(content, undefined, 2)}\n`)
save('keys.json', { note: `${COMMENT}s: published, and used nowhere`, keys: judged })
save('verdicts.json', verdicts)

function makeSshKeys() {
  const kinds = [
    ...['1024', '2048', '3072'].map((bits) => ({ name: `RSA ${bits}`, args: ['-t', 'rsa', '-b', bits] })),
    ...['256', '384', '521'].map((bits) => ({ name: `ECDSA ${bits}`, args: ['-t', 'ecdsa', '-b', bits] })),
    { name: 'DSA', args: ['-t', 'dsa'] },
  ]
  for (const { name, args } of kinds)
    for (const format of ['RFC4716', 'PEM', 'PKCS8'])
      for (const passphrase of [false, true]) {
        const words = `${name}, ${format === 'RFC4716' ? 'OpenSSH' : format}${passphrase ? ', passphrase' : ''}`
        sshKey(words, [...args, '-m', format], passphrase)
      }
  sshKey('Ed25519', ['-t', 'ed25519'])
  sshKey('Ed25519, passphrase', ['-t', 'ed25519'], true)
  sshKey('Ed25519, no comment', ['-t', 'ed25519', '-C', ''])
  sshKey('Ed25519, comment in Greek', ['-t', 'ed25519', '-C', 'κλειδί'])
  for (const cipher of ['3des-cbc', 'aes128-cbc', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com'])
    sshKey(`Ed25519, ${cipher}`, ['-t', 'ed25519', '-Z', cipher], true)
}

function makeOpensslKeys() {
  opensslKey('openssl RSA 2048', ['genrsa', '2048'])
  opensslKey('openssl RSA 2048, PKCS1', ['genrsa', '-traditional', '2048'])
  opensslKey('openssl RSA, exponent 3', ['genrsa', '-3', '2048'])
  opensslKey('openssl RSA, three primes', ['genrsa', '-primes', '3', '2048'])
  opensslKey('openssl RSA 2047', ['genrsa', '2047'])
  opensslKey('openssl RSA 512', ['genrsa', '512'])
  opensslKey('openssl RSA 1000', ['genrsa', '1000'])
  const password = ['-passout', `pass:${PASSPHRASE}`]
  opensslKey('openssl RSA, AES', ['genrsa', '-aes256', ...password, '2048'], true)
  opensslKey('openssl RSA, DES', ['genrsa', '-traditional', '-des3', ...password, '2048'], true)
  opensslKey('openssl RSA-PSS', ['genpkey', '-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'])
  for (const algorithm of ['ED25519', 'ED448', 'X25519'])
    opensslKey(`openssl ${algorithm}`, ['genpkey', '-algorithm', algorithm])
  opensslKey(
    'openssl ED25519, AES',
    ['genpkey', '-algorithm', 'ED25519', '-aes-256-cbc', '-pass', `pass:${PASSPHRASE}`],
    true,
  )
  for (const curve of ['prime256v1', 'secp384r1', 'secp521r1', 'secp256k1', 'brainpoolP256r1', 'secp224r1']) {
    opensslKey(`openssl ${curve}, with parameters`, ['ecparam', '-name', curve, '-genkey'])
    opensslKey(`openssl ${curve}, PKCS8`, ['genpkey', '-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`])
  }
  const curve = write('curve', must('openssl', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout'))
  opensslKey('openssl prime256v1, no public half', ['ec', '-in', curve, '-no_public'])
  opensslKey('openssl prime256v1, compressed', ['ec', '-in', curve, '-conv_form', 'compressed'])
  opensslKey('openssl prime256v1, explicit parameters', ['ec', '-in', curve, '-param_enc', 'explicit'])
  const parameters = write('parameters', must('openssl', 'dsaparam', '2048'))
  opensslKey('openssl DSA 2048', ['gendsa', parameters])
  opensslKey('a certificate authority’s request', ['req', '-new', '-key', curve, '-subj', '/CN=test'])
}

function makePublicKeys() {
  for (const { name, half, text, passphrase } of [...keys]) {
    if (half === 'public' || !/^(?:RSA|ECDSA|DSA|Ed25519)/.test(name) || !/OpenSSH$|^Ed/.test(name) || passphrase)
      continue
    const path = write('key', text)
    const line = must('ssh-keygen', '-y', '-f', path)
    publicKey(`${name}, public`, line)
    write('key.pub', line)
    if (/RSA|Ed25519$/.test(name))
      for (const form of ['RFC4716', 'PKCS8', 'PEM']) {
        const text = run('ssh-keygen', ['-e', '-m', form, '-f', `${file}.pub`])
        if (text) publicKey(`${name}, public, ${form}`, text)
      }
  }
  for (const curve of ['prime256v1', 'secp384r1']) {
    const path = write('curve', must('openssl', 'ecparam', '-name', curve, '-genkey', '-noout'))
    publicKey(`openssl ${curve}, public, PKCS8`, must('openssl', 'ec', '-in', path, '-pubout'))
  }
  const ed = write('ed', must('openssl', 'genpkey', '-algorithm', 'ED25519'))
  publicKey('openssl ED25519, public, PKCS8', must('openssl', 'pkey', '-in', ed, '-pubout'))
  makeCertificates()
  // There is no security key here that could make one. The blob: its type, the public half, the application.
  const point = Buffer.from(lineOf('ECDSA 256, OpenSSH, public').split(' ')[1] ?? '', 'base64')
  const string = (/** @type {Buffer | string} */ bytes) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return Buffer.concat([length, Buffer.from(bytes)])
  }
  const line = (/** @type {string} */ type, /** @type {Buffer[]} */ ...parts) =>
    `${type} ${Buffer.concat([string(type), ...parts, string('ssh:')]).toString('base64')} ${COMMENT}\n`
  const half = Buffer.from(lineOf('Ed25519, public').split(' ')[1] ?? '', 'base64').subarray(-36)
  publicKey('security key, Ed25519', line('sk-ssh-ed25519@openssh.com', half))
  const curveAndPoint = point.subarray(4 + 'ecdsa-sha2-nistp256'.length)
  publicKey('security key, ECDSA', line('sk-ecdsa-sha2-nistp256@openssh.com', curveAndPoint))
}

/** @param {string} name */
function lineOf(name) {
  return keys.find((key) => key.name === name)?.text ?? ''
}

function makeCertificates() {
  rmSync(join(folder, 'ca'), { force: true })
  must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', COMMENT, '-f', join(folder, 'ca'))
  const certify = (/** @type {string} */ name, /** @type {string} */ of, /** @type {string[]} */ ...args) => {
    const path = write('subject.pub', lineOf(of))
    must('ssh-keygen', '-q', '-s', join(folder, 'ca'), '-I', 'test', ...args, path)
    publicKey(name, readFileSync(join(folder, 'subject-cert.pub'), 'utf8'))
  }
  certify('certificate, Ed25519', 'Ed25519, public', '-n', 'git')
  certify('certificate, RSA, expired', 'RSA 2048, OpenSSH, public', '-n', 'git', '-V', '20200101:20210101')
  certify('certificate, ECDSA, until 2040', 'ECDSA 256, OpenSSH, public', '-V', '20200101:20400101')
  certify('certificate, DSA', 'DSA, OpenSSH, public')
  certify('certificate of a host', 'ECDSA 384, OpenSSH, public', '-h', '-n', 'example.com')
}

/** @type {(passphrase: boolean | undefined, path: string) => string | undefined} */
function publicHalf(passphrase, path) {
  return run('ssh-keygen', ['-y', '-P', passphrase ? PASSPHRASE : '', '-f', path])
}

/** @type {(key: { half: 'private' | 'public', passphrase?: true }, content: string | Buffer) => boolean} */
function accepts({ half, passphrase }, content) {
  if (half === 'public') return run('ssh-keygen', ['-l', '-f', write('damaged.pub', content)]) !== undefined
  return publicHalf(passphrase, write('damaged', content)) !== undefined
}

/**
 * What ssh-keygen says about an undamaged key.
 * @param {{ half: 'private' | 'public', text: string, passphrase?: true }} key
 */
function facts(key) {
  if (!accepts(key, key.text)) return { accepted: false }
  const path = write('judged', key.text)
  const line = key.half === 'private' ? publicHalf(key.passphrase, path) : undefined
  const about = line === undefined ? path : write('judged.pub', line)
  const printed = must('ssh-keygen', '-l', '-f', about)
  const [, bits, sha256, type] = /^(\d+) (\S+) .*\((.+)\)$/m.exec(printed) ?? []
  const [, md5] = /^\d+ MD5:(\S+) /m.exec(must('ssh-keygen', '-l', '-E', 'md5', '-f', about)) ?? []
  return { accepted: true, ...(line && { line: line.trim() }), type, bits: Number(bits), sha256, md5 }
}
