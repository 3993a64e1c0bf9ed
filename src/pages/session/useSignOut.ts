import { useSubmit } from 'react-router'
import { paths } from '#paths.ts'

/** Ends this session, or leads to where single sign-on ends it. It resolves at the next page, unless it is refused. */
export function useSignOut() {
  const submit = useSubmit()
  return async () => {
    const logoutUrl = window.concord?.logoutUrl
    if (!logoutUrl) return submit(null, { method: 'post', action: paths.logout() })
    window.location.assign(logoutUrl)
    // The browser is on its way: nothing may read this page again meanwhile.
    await new Promise<never>(() => {})
  }
}
