import { query, url } from '#api/http.ts'
import type { OrgRef } from '#api/orgs.ts'
import type { ProjectRef } from '#api/projects.ts'
import type { SecretRef } from '#api/secrets.ts'

export type SecretTab = 'info' | 'access' | 'audit' | 'settings'

/** Every link of the app; nothing else spells out an address. */
export const paths = {
  login: ({ from }: { from?: string } = {}) => (from && from !== '/' ? url`/login?from=${from}` : '/login'),
  logout: () => '/logout',
  organizations: () => '/org',
  secrets: ({ orgName }: OrgRef, { filter }: { filter?: string } = {}) =>
    url`/org/${orgName}/secret` + (filter ? url`?filter=${filter}` : ''),
  /** Not below `/secret/`, where a secret can have any name. */
  newSecret: ({ orgName }: OrgRef, { name, kind }: { name?: string | undefined; kind?: string | undefined } = {}) =>
    url`/org/${orgName}/new-secret` + query({ kind, name }),
  secret: ({ orgName, secretName }: SecretRef, tab: SecretTab = 'info') =>
    url`/org/${orgName}/secret/${secretName}/` + tab,
  /** The settings, with the dialog that deletes it. */
  deleteSecret: (ref: SecretRef) => `${paths.secret(ref, 'settings')}?delete`,
  sessions: ({ userId }: { userId?: string } = {}) => `/profile/session${userId ? url`?user=${userId}` : ''}`,
  password: () => '/profile/password',
  encrypt: ({ orgName, projectName }: ProjectRef) => url`/org/${orgName}/project/${projectName}/encrypt`,
  apiKeys: () => '/profile/api-token',
}

/** The address to return to after signing in, if it is one of this console: never another site. */
export function returnAddress(from: string | null): string {
  const target = from?.startsWith('/') && urlOf(from)
  if (!target || target.origin !== window.location.origin || target.pathname === '/login') return paths.organizations()
  return onThisHost(target.pathname) + target.search + target.hash
}

/** Concord's own console keeps its addresses behind `#`; bookmarks of it keep working. */
export function fromConcordConsole(hash: string): string | undefined {
  const address = hash.startsWith('#/') && urlOf(hash.slice(1))
  if (!address) return undefined
  return onThisHost(address.pathname).replace(/\/secret\/_new$/, '/new-secret') + address.search
}

/** Undefined for what is no address, such as `//`. */
const urlOf = (address: string) =>
  URL.canParse(address, window.location.origin) ? new URL(address, window.location.origin) : undefined

/** Two slashes in front, as of `/.//evil.example`, would make the rest the name of another host. */
const onThisHost = (pathname: string) => pathname.replace(/^\/+/, '/')
