type FirstPage = {
  /** The modules of `src/pages` that show it, without their extension. */
  modules: string[]
  /** The addresses that it reads first, exactly as the page asks for them. */
  reads: string[]
}

/**
 * What the page at an address of the console needs first, as far as the address says: it costs a second request to be
 * wrong here, and only time to leave something out. The addresses are those of src/routes.tsx.
 */
export function firstPage(pathname: string, search: string): FirstPage {
  const [area = '', name, kind, secret, tab = 'info'] = pathname.split('/').slice(1)
  if (area === 'profile' && name === 'session') return framed('profile/SessionListPage')
  if (area === 'profile' && name === 'api-token') return framed('profile/ApiKeyListPage')
  if (area === 'profile' && name === 'password') return framed('profile/PasswordPage')
  if (area !== '' && area !== 'org') return { modules: [], reads: [] }
  if (!name) {
    const reads = search ? [] : ['/api/v1/org?onlyCurrent=true&offset=0&limit=51']
    return { ...framed('org/OrganizationListPage'), reads: [...reads, '/api/v1/server/version'] }
  }
  const org = recoded(name)
  const ofOrg = [`/api/v1/org/${org}`, `/api/v1/SECRET/canCreate?orgName=${org}`]
  if (kind === 'new-secret') return { ...framed('secret/SecretCreatePage'), reads: ofOrg }
  if (kind && kind !== 'secret') return { modules: [], reads: [] }
  if (!secret)
    return {
      ...framed('secret/SecretListPage'),
      reads: [...ofOrg, `/api/v2/org/${org}/secret?limit=51`, '/api/v1/server/version'],
    }
  return {
    ...framed('secret/SecretPage', `secret/${tab.charAt(0).toUpperCase()}${tab.slice(1)}Tab`),
    reads: [`/api/v2/org/${org}/secret/${recoded(secret)}`],
  }
}

const framed = (...modules: string[]): FirstPage => ({ modules: ['Frame', ...modules], reads: [] })

/** The address bar keeps characters that `encodeURIComponent` encodes, such as `@`. */
function recoded(segment: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(segment))
  } catch {
    return segment
  }
}
