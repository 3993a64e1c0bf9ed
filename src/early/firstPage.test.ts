import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { paths } from '#paths.ts'
import { firstPage } from './firstPage.ts'

const ref = { orgName: 'acme', secretName: 'a@b' }
const pages = {
  '/': 'org/OrganizationListPage',
  [paths.organizations()]: 'org/OrganizationListPage',
  '/org/acme': 'secret/SecretListPage',
  [paths.secrets(ref)]: 'secret/SecretListPage',
  [paths.newSecret(ref)]: 'secret/SecretCreatePage',
  '/org/acme/secret/a@b': 'secret/InfoTab',
  [paths.secret(ref, 'info')]: 'secret/InfoTab',
  [paths.secret(ref, 'access')]: 'secret/AccessTab',
  [paths.secret(ref, 'audit')]: 'secret/AuditTab',
  [paths.secret(ref, 'settings')]: 'secret/SettingsTab',
  [paths.sessions()]: 'profile/SessionListPage',
  [paths.password()]: 'profile/PasswordPage',
  [paths.apiKeys()]: 'profile/ApiKeyListPage',
}

test.each(Object.entries(pages))('%s loads %s', (address, module) => {
  const { modules } = firstPage(address, '')
  expect(modules.at(-1)).toBe(module)
  for (const each of modules) expect(existsSync(join(import.meta.dirname, '../pages', `${each}.tsx`)), each).toBe(true)
})

test.each(['/login', '/org/acme/team', '/nowhere'])('%s needs nothing that is known', (address) => {
  expect(firstPage(address, '')).toEqual({ modules: [], reads: [] })
})

test('a name in an address is encoded as in a request, whatever it is', () => {
  expect(firstPage('/org/a%20c/secret/a@b/info', '').reads).toEqual(['/api/v2/org/a%20c/secret/a%40b'])
  expect(firstPage('/org/..%2F..%2Fx/secret/%zz', '').reads).toEqual(['/api/v2/org/..%2F..%2Fx/secret/%zz'])
})
