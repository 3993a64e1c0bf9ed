import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'

const URL_AND_BASE = { LDAP_URL: 'ldaps://ldap.example.com', LDAP_SEARCH_BASE: 'dc=example,dc=com' }
const ldapOf = (more: Record<string, string> = {}) => readConfig({ ...URL_AND_BASE, ...more }).ldap
const mistakes = (more: Record<string, string>) => {
  try {
    return ldapOf(more) && 'none'
  } catch (error) {
    return (error as Error).message
  }
}

test('without a URL there is no directory', () => {
  expect(readConfig({ LDAP_SEARCH_BASE: 'dc=example,dc=com' }).ldap).toBeUndefined()
})

test('a URL and a search base are enough', () => {
  expect(ldapOf()).toMatchObject({
    ...{ filter: '(cn={0})', usernameAttribute: 'cn', mailAttribute: 'mail', groupAttribute: 'memberOf' },
    ...{ displayNameAttribute: 'displayName', startTls: false, bind: undefined, ca: undefined },
  })
})

test('reads a file of certificates', () => {
  const file = join(tmpdir(), `ca-${process.pid}.pem`)
  writeFileSync(file, 'certificates')
  expect(ldapOf({ LDAP_CA_FILE: file })?.ca).toBe('certificates')
  expect(mistakes({ LDAP_CA_FILE: `${file}.none` })).toMatch(/^LDAP_CA_FILE: .* can't be read \(ENOENT\)$/)
})

test('explains what is wrong', () => {
  expect(mistakes({ LDAP_URL: 'https://ldap.example.com' })).toMatch(/^LDAP_URL must be as ldaps:/)
  expect(mistakes({ LDAP_URL: 'ldap://joe:secret@ldap.example.com' })).toMatch(/^LDAP_URL must be as ldaps:/)
  expect(mistakes({ LDAP_SEARCH_BASE: '' })).toMatch(/^LDAP_URL needs LDAP_SEARCH_BASE/)
  expect(mistakes({ LDAP_FILTER: '(cn=alice)' })).toMatch(/^LDAP_FILTER must be a filter with \{0\}/)
  expect(mistakes({ LDAP_STARTTLS: 'on' })).toMatch(/^LDAP_STARTTLS is for ldap:/)
  expect(mistakes({ LDAP_BIND_DN: 'cn=reader' })).toMatch(/^Set LDAP_BIND_DN and LDAP_BIND_PASSWORD/)
  expect(mistakes({ LDAP_GROUP_ATTRIBUTE: 'member of' })).toMatch(/^LDAP_GROUP_ATTRIBUTE must be the name/)
})
