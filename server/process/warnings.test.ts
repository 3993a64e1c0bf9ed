import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { warningsOf } from './warnings.ts'

const LDAP = { LDAP_SEARCH_BASE: 'dc=example' }
const quiet = { HOST: '127.0.0.1' }

test.each([
  ['http://concord.example.com', true],
  ['https://concord.example.com', false],
  ['http://localhost:8001', false],
  ['http://[::1]:8001', false],
  ['http://127.0.0.2:8001', false],
  ['http://127.concord.example.com', true],
])('CONCORD_URL=%s: warns of clear text %s', (CONCORD_URL, warns) => {
  const [warning] = warningsOf(readConfig({ ...quiet, CONCORD_URL }))
  expect(warning?.includes('to Concord in the clear') ?? false).toBe(warns)
})

test.each([
  [{ LDAP_URL: 'ldap://ldap.example.com' }, true],
  [{ LDAP_URL: 'ldap://ldap.example.com', LDAP_STARTTLS: 'on' }, false],
  [{ LDAP_URL: 'ldaps://ldap.example.com' }, false],
  [{ LDAP_URL: 'ldap://localhost:389' }, false],
  [{ LDAP_URL: 'ldap://LOCALHOST' }, false],
  [{ LDAP_URL: 'ldap://[::1]' }, false],
  [{ LDAP_URL: 'ldap://[2001:db8::1]' }, true],
])('%o: warns of clear text %s', (settings, warns) => {
  const [warning] = warningsOf(readConfig({ ...quiet, ...LDAP, ...settings }))
  expect(warning?.includes('to the directory in the clear') ?? false).toBe(warns)
})

test.each([
  [{ HOST: '0.0.0.0' }, true],
  [{ HOST: '0.0.0.0', SECURE_COOKIES: 'on' }, false],
  [{ HOST: '::1' }, false],
  [{ HOST: 'localhost' }, false],
])('%o: warns that other computers can reach it %s', (settings, warns) => {
  expect(warningsOf(readConfig(settings)).length > 0).toBe(warns)
})
