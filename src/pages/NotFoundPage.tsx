import { Link, useLocation } from 'react-router'
import { inConsole2, useConsole2Link } from '#concord/console2.ts'
import { paths } from '#paths.ts'
import { ErrorPage } from '#ui/ErrorPage.tsx'

export function NotFoundPage() {
  const { pathname, search } = useLocation()
  const what = inConsole2(pathname)
  return what ? <ElsewherePage what={what} /> : <NowherePage address={decode(pathname + search)} />
}

/** For bookmarks of Concord's own console. */
function ElsewherePage({ what }: { what: string }) {
  const location = useLocation()
  const link = useConsole2Link(location)
  const orgName = /^\/org\/([^/]+)/.exec(decode(location.pathname))?.[1]
  return (
    <ErrorPage
      title="This page is in Concord’s own console"
      nextSteps={
        <>
          {link && (
            <a className="ui primary button" href={link} rel="noreferrer">
              Open it there
            </a>
          )}
          {orgName && (
            <Link className="ui button" to={paths.secrets({ orgName })}>
              Secrets of {orgName}
            </Link>
          )}
          <Link className="ui button" to={paths.organizations()}>
            All organizations
          </Link>
        </>
      }
    >
      <p>{what} are in Concord’s own console. This one has the secrets.</p>
      {!link && <p>Ask your administrator for its address.</p>}
    </ErrorPage>
  )
}

function NowherePage({ address }: { address: string }) {
  return (
    <ErrorPage
      title="No such page"
      nextSteps={
        <Link className="ui primary button" to={paths.organizations()}>
          All organizations
        </Link>
      }
    >
      <p>
        This console has nothing at <span className="mono">{address}</span>.
      </p>
    </ErrorPage>
  )
}

function decode(address: string) {
  try {
    return decodeURI(address)
  } catch {
    return address
  }
}
