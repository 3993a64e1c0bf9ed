import { isIP } from 'node:net'
import { isLoopback } from '../addresses.ts'
import type { Config } from '../config.ts'

/** Warnings about settings that work, but send passwords and values over the network unencrypted. */
export function warningsOf({ host, secureCookies, ldap, concordUrl }: Config): string[] {
  const warnings: string[] = []
  if (!isThisComputer(host) && !secureCookies) {
    warnings.push('other computers can reach this server, over http: put https in front of it (docs/operations.md)')
  }
  if (ldap?.url.protocol === 'ldap:' && !ldap.startTls && !isThisComputer(ldap.url.hostname)) {
    warnings.push('passwords go to the directory in the clear: use ldaps:// or LDAP_STARTTLS (docs/operations.md)')
  }
  if (concordUrl?.protocol === 'http:' && !isThisComputer(concordUrl.hostname)) {
    warnings.push('passwords and values go to Concord in the clear: use an https:// CONCORD_URL (docs/operations.md)')
  }
  return warnings
}

/** Whether a host from a setting or a URL (with brackets around IPv6) is the loopback interface. */
function isThisComputer(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1')
  return host.toLowerCase() === 'localhost' || (isIP(address) !== 0 && isLoopback(address))
}
