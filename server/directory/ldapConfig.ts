import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** How to look up users in an LDAP directory or Active Directory: docs/operations.md. */
export interface LdapConfig {
  url: URL
  startTls: boolean
  /** Trusted certificates, instead of Node's own list. */
  ca: string | undefined
  searchBase: string
  /** `{0}` is the name as typed, `{1}` the part before the @ and `{2}` the part after it, as in Concord. */
  filter: string
  usernameAttribute: string
  mailAttribute: string
  displayNameAttribute: string
  groupAttribute: string
  /** The search account; undefined: anonymous. */
  bind: { dn: string; password: string } | undefined
  /** Milliseconds for all directory operations of a login. */
  timeout: number
}

const attribute = (name: string, absent: string) =>
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$|^\d+(\.\d+)*$/, { error: `${name} must be the name of an attribute, as ${absent}` })
    .default(absent)

export const ldapSettings = {
  LDAP_URL: z
    .string()
    .refine(isLdapUrl, { error: 'LDAP_URL must be as ldaps://ldap.example.com or ldap://ldap.example.com:389' })
    .transform((text) => new URL(text))
    .optional(),
  LDAP_STARTTLS: z
    .enum(['on', 'off', 'true', 'false'], { error: 'LDAP_STARTTLS must be on or off' })
    .transform((value) => value === 'on' || value === 'true')
    .default(false),
  LDAP_CA_FILE: z
    .string()
    .transform((file, context) => {
      try {
        return readFileSync(file, 'utf8')
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        context.addIssue({ code: 'custom', message: `LDAP_CA_FILE: ${file} can't be read (${code})` })
        return z.NEVER
      }
    })
    .optional(),
  LDAP_SEARCH_BASE: z.string().optional(),
  LDAP_FILTER: z
    .string()
    .regex(/^\(.*\{[01]\}.*\)$/s, { error: 'LDAP_FILTER must be a filter with {0} or {1} in it, as (cn={0})' })
    .default('(cn={0})'),
  LDAP_USERNAME_ATTRIBUTE: attribute('LDAP_USERNAME_ATTRIBUTE', 'cn'),
  LDAP_MAIL_ATTRIBUTE: attribute('LDAP_MAIL_ATTRIBUTE', 'mail'),
  LDAP_DISPLAY_NAME_ATTRIBUTE: attribute('LDAP_DISPLAY_NAME_ATTRIBUTE', 'displayName'),
  LDAP_GROUP_ATTRIBUTE: attribute('LDAP_GROUP_ATTRIBUTE', 'memberOf'),
  LDAP_BIND_DN: z.string().optional(),
  LDAP_BIND_PASSWORD: z.string().optional(),
}

type Settings = z.infer<z.ZodObject<typeof ldapSettings>>

const TIMEOUT = 10_000

/** Reads the settings of the directory; undefined if there is none. Adds errors to `mistakes`. */
export function ldapConfigOf(s: Settings, mistakes: string[]): LdapConfig | undefined {
  if (!s.LDAP_URL) return undefined
  if (!s.LDAP_SEARCH_BASE) mistakes.push('LDAP_URL needs LDAP_SEARCH_BASE, as in ou=people,dc=example,dc=com')
  if (s.LDAP_STARTTLS && s.LDAP_URL.protocol === 'ldaps:') {
    mistakes.push('LDAP_STARTTLS is for ldap:// only: ldaps:// is encrypted from the start')
  }
  // A bind without a password succeeds anonymously: the directory would seem to work, but find nothing.
  if ((s.LDAP_BIND_DN === undefined) !== (s.LDAP_BIND_PASSWORD === undefined)) {
    mistakes.push('Set LDAP_BIND_DN and LDAP_BIND_PASSWORD, or neither')
  }
  return {
    url: s.LDAP_URL,
    startTls: s.LDAP_STARTTLS,
    ca: s.LDAP_CA_FILE,
    searchBase: s.LDAP_SEARCH_BASE ?? '',
    filter: s.LDAP_FILTER,
    usernameAttribute: s.LDAP_USERNAME_ATTRIBUTE,
    mailAttribute: s.LDAP_MAIL_ATTRIBUTE,
    displayNameAttribute: s.LDAP_DISPLAY_NAME_ATTRIBUTE,
    groupAttribute: s.LDAP_GROUP_ATTRIBUTE,
    bind: s.LDAP_BIND_DN && s.LDAP_BIND_PASSWORD ? { dn: s.LDAP_BIND_DN, password: s.LDAP_BIND_PASSWORD } : undefined,
    timeout: TIMEOUT,
  }
}

function isLdapUrl(text: string) {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, pathname, search } = new URL(text)
  return /^ldaps?:$/.test(protocol) && hostname !== '' && username === '' && /^\/?$/.test(pathname) && search === ''
}
