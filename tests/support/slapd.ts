import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'ldapts'
import { freePort } from '../../scripts/freePort.mjs'

/*
 * A real OpenLDAP for tests: its own slapd on a free port, with its data in a temporary folder. It needs only Debian's
 * package `slapd` and does not touch the system's directory.
 */

export const BASE = 'dc=example,dc=org'
export const ADMIN = { dn: `cn=admin,${BASE}`, password: 'admin-Passw0rd' }
const PROGRAM = ['/usr/sbin/slapd', '/usr/lib/openldap/slapd', '/usr/libexec/slapd'].find(existsSync)
const MODULES = ['/usr/lib/ldap', '/usr/lib/openldap', '/usr/lib64/openldap'].find(existsSync)
const SCHEMA = ['/etc/ldap/schema', '/etc/openldap/schema'].find(existsSync)

/**
 * Why OpenLDAP is unavailable, after a warning that these tests are skipped; undefined if it is available. Throws with
 * CI=true, where nothing may be skipped.
 */
export function whyNoSlapd(tests: string): string | undefined {
  if (PROGRAM && MODULES && SCHEMA) return undefined
  const missing = 'slapd is missing: install it, for instance with "apt-get install slapd"'
  if (process.env.CI) throw new Error(missing)
  console.warn(`The tests of ${tests} are skipped: ${missing}`)
  return missing
}

/** The settings of a server that asks this directory. */
export const ldapSettings = ({ url }: Slapd) => ({
  LDAP_URL: url,
  LDAP_SEARCH_BASE: BASE,
  LDAP_BIND_DN: ADMIN.dn,
  LDAP_BIND_PASSWORD: ADMIN.password,
})

/** Adds the entries above all others: the root, and `ou=old` in it. */
export async function addRoots(client: Client) {
  await client.add(BASE, { objectClass: 'domain', dc: 'example' })
  await client.add(`ou=old,${BASE}`, { objectClass: 'organizationalUnit', ou: 'old' })
}

export type Slapd = Awaited<ReturnType<typeof startSlapd>>

/** Starts a slapd. With `tls`, it has a certificate for localhost and 127.0.0.1 from the CA in the file `ca`. */
export async function startSlapd({ tls = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'slapd-'))
  mkdirSync(join(folder, 'db'))
  const port = await freePort()
  const url = `ldap://127.0.0.1:${port}`
  const file = (name: string) => join(folder, name)
  if (tls) makeCertificates(folder)
  const certificates = `TLSCertificateFile ${file('server.pem')}\nTLSCertificateKeyFile ${file('server.key')}\n`
  writeFileSync(file('slapd.conf'), `${configuration(folder)}${tls ? certificates : ''}${DATABASE(folder)}`)
  const start = async () => {
    const child = spawn(PROGRAM ?? '', ['-d', '0', '-f', file('slapd.conf'), '-h', url], { stdio: 'ignore' })
    await untilItAnswers(url)
    return child
  }
  let child = await start()
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill()
    await new Promise((resolve) => child.once('exit', resolve))
  }
  return {
    url,
    port,
    ca: file('ca.pem'),
    /** Adds or changes entries as the directory's administrator. */
    async asAdmin(change: (client: Client) => Promise<unknown>) {
      const client = new Client({ url, timeout: 5000 })
      await client.bind(ADMIN.dn, ADMIN.password)
      await change(client)
      await client.unbind()
    },
    stop: kill,
    async restart() {
      await kill()
      child = await start()
    },
    async close() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Adds a person whose password is `<cn>-Passw0rd`. */
export const addPerson = (client: Client, cn: string, more: Record<string, string> = {}, ou = BASE) =>
  client.add(`cn=${cn},${ou}`, {
    ...{ objectClass: 'inetOrgPerson', cn, sn: cn, userPassword: passwordOf(cn) },
    ...more,
  })

export const addGroup = (client: Client, cn: string, members: string[]) =>
  client.add(groupDn(cn), { objectClass: 'groupOfNames', cn, member: members.map((name) => `cn=${name},${BASE}`) })

export const passwordOf = (cn: string) => `${cn}-Passw0rd`
export const groupDn = (cn: string) => `cn=${cn},${BASE}`

const configuration = (folder: string) => `
include ${SCHEMA}/core.schema
include ${SCHEMA}/cosine.schema
include ${SCHEMA}/inetorgperson.schema
modulepath ${MODULES}
moduleload back_mdb
moduleload memberof
pidfile ${folder}/slapd.pid
`

const DATABASE = (folder: string) => `
database mdb
suffix ${BASE}
rootdn ${ADMIN.dn}
rootpw ${ADMIN.password}
directory ${folder}/db
overlay memberof
# Only authenticated users can search: a server without a bind user finds nobody.
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
`

async function untilItAnswers(url: string) {
  for (const started = Date.now(); ; ) {
    const client = new Client({ url, connectTimeout: 500, timeout: 500 })
    try {
      await client.bind(ADMIN.dn, ADMIN.password)
      await client.unbind()
      return
    } catch (error) {
      if (Date.now() - started > 10_000) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

function makeCertificates(folder: string) {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test authority')
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1')
  openssl(
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'],
    ...['-extfile', 'names', '-out', 'server.pem'],
  )
}
