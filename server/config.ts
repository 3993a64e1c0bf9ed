import type { BlockList } from 'node:net'
import { isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import { readNetworks } from './addresses.ts'
import { type LdapConfig, ldapConfigOf, ldapSettings } from './directory/ldapConfig.ts'
import { LOG_LEVELS } from './log.ts'
import { hashApiKey, isLongEnough } from './vault/tokens.ts'

/**
 * Every setting of the server: its environment variable, default and check. The tables in the README and
 * docs/operations.md describe them in words.
 */
const settings = z.object({
  PORT: wholeNumber('PORT', 0, 65535).default(8080),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('./data'),
  CONCORD_URL: z
    .string()
    .refine(isServerAddress, {
      error: 'CONCORD_URL must be the address of a Concord server, as in https://concord.example.com',
    })
    .transform((text) => new URL(text))
    .optional(),
  CONSOLE2_URL: z
    .string()
    .refine(isWebAddress, {
      error: 'CONSOLE2_URL must be the address of Concord’s own console, as in https://concord.example.com',
    })
    .optional(),
  SAMPLE_DATA: onOff('SAMPLE_DATA').default(true),
  ADMIN_API_KEY: z
    .string()
    .refine(isApiKey, { error: 'ADMIN_API_KEY must be base64 of at least 8 bytes, as Concord’s defaultAdminToken' })
    .optional(),
  MASTER_KEY: z.string().optional(),
  MASTER_KEY_FILE: z.string().optional(),
  SESSION_TIMEOUT: duration('SESSION_TIMEOUT', '30 minutes').default(30 * 60_000),
  SESSION_MAX_AGE: duration('SESSION_MAX_AGE', '12 hours').default(12 * 3_600_000),
  API_KEY_EXPIRY: duration('API_KEY_EXPIRY', '30 days').optional(),
  AUDIT_ARCHIVE: onOff('AUDIT_ARCHIVE').default(true),
  AUDIT_MAX_AGE: duration('AUDIT_MAX_AGE', '365 days').default(365 * 86_400_000),
  ALERT_READS: wholeNumber('ALERT_READS', 0, 100_000).default(50),
  ALERT_REFUSALS: wholeNumber('ALERT_REFUSALS', 0, 100_000).default(50),
  REQUESTS_PER_SECOND: wholeNumberOrOff('REQUESTS_PER_SECOND', 1, 1_000_000, 200),
  SECRETS_PER_ORGANIZATION: quota('SECRETS_PER_ORGANIZATION').default(100_000),
  BYTES_PER_ORGANIZATION: size('BYTES_PER_ORGANIZATION', '1 GiB').default(1024 ** 3),
  PROJECTS_PER_ORGANIZATION: quota('PROJECTS_PER_ORGANIZATION').default(10_000),
  REPOSITORIES_PER_ORGANIZATION: quota('REPOSITORIES_PER_ORGANIZATION').default(100_000),
  TEAMS_PER_ORGANIZATION: quota('TEAMS_PER_ORGANIZATION').default(1_000),
  ORGANIZATIONS_PER_USER: quota('ORGANIZATIONS_PER_USER').default(10_000),
  API_KEYS_PER_USER: quota('API_KEYS_PER_USER').default(100),
  PROCESS_SESSIONS_PER_USER: quota('PROCESS_SESSIONS_PER_USER').default(1_000),
  SECURE_COOKIES: onOff('SECURE_COOKIES').default(false),
  TRUSTED_PROXY: z
    .string()
    .transform((text, context) => {
      const networks = readNetworks(text)
      if (networks) return networks
      const message = 'TRUSTED_PROXY must be addresses or networks, as in 127.0.0.1 or 10.0.0.7,fd00::/8'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .optional(),
  ...ldapSettings,
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
})

export interface Config {
  port: number
  host: string
  /** Absolute path of the folder with the database and the server's own keys. */
  dataDir: string
  /** The Concord behind the console; undefined for our own server. */
  concordUrl: URL | undefined
  /** The address of Concord's own console, for links to what this one has not; undefined: no links. */
  console2Url: string | undefined
  sampleData: boolean
  /** The first admin's API key, base64; undefined: generated on the first run. */
  adminApiKey: string | undefined
  masterKey: string | undefined
  masterKeyFile: string | undefined
  /** Idle timeout of a session in milliseconds. */
  sessionTimeout: number
  /** Maximum lifetime of a session in milliseconds, even if it is in use. */
  sessionMaxAge: number
  /** Lifetime of an API key in milliseconds; undefined: unlimited. */
  apiKeyExpiry: number | undefined
  /** Milliseconds after which an entry of the audit log is removed. */
  auditMaxAge: number
  /** The numbers per hour from which on the log has a warning. */
  alerts: AlertLimits
  /** Whether entries removed from the audit log are archived in a file first. */
  auditArchive: boolean
  /** Requests per second for one user; undefined: unlimited. */
  requestsPerSecond: number | undefined
  quotas: Quotas
  secureCookies: boolean
  /** The proxies whose X-Forwarded-For is trusted; undefined: none. */
  trustedProxies: BlockList | undefined
  /** The LDAP directory for sign-ins; undefined: only the built-in one. */
  ldap: LdapConfig | undefined
  logLevel: (typeof LOG_LEVELS)[number]
  /** The settings that are set, by name, for the audit log; for secret ones only the fact that they are set. */
  given: Readonly<Record<string, string>>
}

/** Quotas, so that nobody can fill the disk. Concord has no such limits. */
export interface Quotas {
  secretsPerOrganization: number
  bytesPerOrganization: number
  projectsPerOrganization: number
  repositoriesPerOrganization: number
  teamsPerOrganization: number
  organizationsPerUser: number
  apiKeysPerUser: number
  processSessionsPerUser: number
}

/** The number per hour from which on the log has a warning; 0: never. */
export interface AlertLimits {
  /** Different secrets whose values one user has read: programs read the same few over and over. */
  secretsRead: number
  /** Refused requests of one user or one stranger's address: wrong credentials and 403s. */
  refusals: number
}

/** Settings whose values are never shown. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set(['ADMIN_API_KEY', 'MASTER_KEY', 'LDAP_BIND_PASSWORD'])

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(settings.shape)

/** Invalid settings; the message lists every error, one per line. */
export class ConfigError extends Error {}

/** Reads the settings from environment variables. Throws a ConfigError that lists all errors at once. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  // An empty variable, as in `PORT= npm start`, means "not set".
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const result = settings.safeParse(given)
  const mistakes = result.success ? [] : result.error.issues.map((issue) => issue.message)
  if (given.MASTER_KEY && given.MASTER_KEY_FILE) mistakes.push('Set MASTER_KEY or MASTER_KEY_FILE, not both')
  const ldap = result.success ? ldapConfigOf(result.data, mistakes) : undefined
  if (!result.success || mistakes.length > 0) throw new ConfigError(mistakes.join('\n'))
  const s = result.data
  return {
    port: s.PORT,
    host: s.HOST,
    dataDir: isAbsolute(s.DATA_DIR) ? s.DATA_DIR : resolve(s.DATA_DIR),
    concordUrl: s.CONCORD_URL,
    console2Url: s.CONSOLE2_URL,
    sampleData: s.SAMPLE_DATA,
    adminApiKey: s.ADMIN_API_KEY,
    masterKey: s.MASTER_KEY,
    masterKeyFile: s.MASTER_KEY_FILE,
    sessionTimeout: s.SESSION_TIMEOUT,
    sessionMaxAge: s.SESSION_MAX_AGE,
    apiKeyExpiry: s.API_KEY_EXPIRY,
    auditMaxAge: s.AUDIT_MAX_AGE,
    alerts: { secretsRead: s.ALERT_READS, refusals: s.ALERT_REFUSALS },
    auditArchive: s.AUDIT_ARCHIVE,
    requestsPerSecond: s.REQUESTS_PER_SECOND,
    quotas: {
      secretsPerOrganization: s.SECRETS_PER_ORGANIZATION,
      bytesPerOrganization: s.BYTES_PER_ORGANIZATION,
      projectsPerOrganization: s.PROJECTS_PER_ORGANIZATION,
      repositoriesPerOrganization: s.REPOSITORIES_PER_ORGANIZATION,
      teamsPerOrganization: s.TEAMS_PER_ORGANIZATION,
      organizationsPerUser: s.ORGANIZATIONS_PER_USER,
      apiKeysPerUser: s.API_KEYS_PER_USER,
      processSessionsPerUser: s.PROCESS_SESSIONS_PER_USER,
    },
    secureCookies: s.SECURE_COOKIES,
    trustedProxies: s.TRUSTED_PROXY,
    ldap,
    logLevel: s.LOG_LEVEL,
    given: shown(given),
  }
}

/** In the order of the table, so that equal settings give equal text. */
function shown(given: Record<string, string | undefined>): Record<string, string> {
  const set = SETTINGS.flatMap((name) => {
    const value = given[name]
    return value === undefined ? [] : [[name, SECRET_SETTINGS.has(name) ? '(set)' : value]]
  })
  return Object.fromEntries(set)
}

function wholeNumber(name: string, least: number, most: number) {
  const error = `${name} must be a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .pipe(z.number().min(least, { error }).max(most, { error }))
}

function quota(name: string) {
  return wholeNumber(name, 1, 1_000_000_000)
}

function size(name: string, example: string) {
  const help = `${name} must be a number of bytes such as "${example}", "500 MiB" or "1048576"`
  return z.string().transform((text, context) => {
    const [, number, unit = ''] = /^(\d{1,12})\s*(KiB|MiB|GiB|TiB|)$/i.exec(text.trim()) ?? []
    const bytes = Number(number) * 1024 ** ['', 'kib', 'mib', 'gib', 'tib'].indexOf(unit.toLowerCase())
    if (bytes >= 1 && Number.isSafeInteger(bytes)) return bytes
    context.addIssue({ code: 'custom', message: help })
    return z.NEVER
  })
}

/** Undefined means off: so the default is one of the input, because zod would replace undefined by one of the output. */
function wholeNumberOrOff(name: string, least: number, most: number, otherwise: number) {
  const written = z.string().default(String(otherwise))
  return written.transform((text, context) => {
    const number = Number(text)
    if (text === 'off') return undefined
    if (/^\d+$/.test(text) && number >= least && number <= most) return number
    context.addIssue({ code: 'custom', message: `${name} must be a whole number from ${least} to ${most}, or off` })
    return z.NEVER
  })
}

function duration(name: string, example: string) {
  const help = `${name} must be a length of time such as "${example}", "12 hours" or "90 seconds" (a bare number is seconds)`
  return z.string().transform((text, context) => {
    const milliseconds = parseDuration(text)
    if (milliseconds !== undefined) return milliseconds
    context.addIssue({ code: 'custom', message: help })
    return z.NEVER
  })
}

function onOff(name: string) {
  return z
    .enum(['on', 'off', 'true', 'false'], { error: `${name} must be on or off` })
    .transform((value) => value === 'on' || value === 'true')
}

/** No path, because Concord is always at the root of its host, and no password, because the URL is shown and logged. */
function isServerAddress(value: string) {
  if (!URL.canParse(value)) return false
  const { protocol, origin, href } = new URL(value)
  return /^https?:$/.test(protocol) && href === `${origin}/`
}

function isWebAddress(value: string) {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}

function isApiKey(value: string) {
  return hashApiKey(value) !== undefined && isLongEnough(value)
}

/** Parses "30 minutes", "2 h", "90" (seconds) into milliseconds; undefined if it is anything else or not positive. */
function parseDuration(text: string): number | undefined {
  const match = /^(\d+)\s*(|s|seconds?|m|minutes?|h|hours?|d|days?)$/i.exec(text.trim())
  if (!match) return undefined
  const unit = { '': 1, s: 1, m: 60, h: 3600, d: 86400 }[match[2]?.charAt(0).toLowerCase() ?? ''] ?? 1
  return Number(match[1]) * unit * 1000 || undefined
}
