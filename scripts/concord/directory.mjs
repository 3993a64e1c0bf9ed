import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../freePort.mjs'
import { found, UnavailableError } from '../install.mjs'
import { execute, start } from './ending.mjs'

export const BASE = 'dc=example,dc=org'
const SCHEMAS = ['/etc/ldap/schema', '/etc/openldap/schema', '/opt/homebrew/etc/openldap/schema']
const MODULES = ['/usr/lib/ldap', '/usr/lib64/openldap', '/usr/lib/openldap']

/**
 * Starts our own OpenLDAP with the people of seed.ldif: Concord checks user names and passwords against LDAP only.
 * @param {string} folder
 */
export async function startDirectory(folder) {
  const schemas = SCHEMAS.find((path) => existsSync(join(path, 'core.schema')))
  if (!schemas) throw new UnavailableError(`OpenLDAP’s schemas were not found in ${SCHEMAS.join(', ')}`)
  const modules = MODULES.find((path) => existsSync(path))
  const data = join(folder, 'directory')
  mkdirSync(data)
  const admin = { dn: `cn=admin,${BASE}`, password: 'admin' }
  const configuration = [
    ...['core', 'cosine', 'inetorgperson'].map((name) => `include ${schemas}/${name}.schema`),
    ...(modules ? [`modulepath ${modules}`, 'moduleload back_mdb', 'moduleload memberof'] : []),
    'database mdb',
    `suffix ${BASE}`,
    `rootdn ${admin.dn}`,
    `rootpw ${admin.password}`,
    `directory ${data}`,
    'overlay memberof',
  ]
  const file = join(folder, 'slapd.conf')
  writeFileSync(file, configuration.join('\n'))
  const url = `ldap://127.0.0.1:${await freePort()}`
  // With -d it stays in the foreground, as our child process.
  const slapd = start(found('slapd'), ['-d', '0', '-f', file, '-h', url], { log: join(folder, 'slapd.log') })
  await slapd.until(() => execute(found('ldapwhoami'), ['-x', '-H', url]), 'slapd')
  // Not slapadd: it does not run overlays, so nobody would be in a group.
  await execute(found('ldapadd'), ['-x', '-H', url, '-D', admin.dn, '-w', admin.password], {
    input: readFileSync(join(import.meta.dirname, 'seed.ldif')),
  })
  return { url, admin, stop: slapd.stop }
}
