import { Link, useLocation } from 'react-router'
import { paths } from '#paths.ts'
import { ErrorPage } from '#ui/ErrorPage.tsx'

export function NotFoundPage() {
  const { pathname } = useLocation()
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
        This console has nothing at <span className="mono">{decode(pathname)}</span>.
      </p>
    </ErrorPage>
  )
}

function decode(pathname: string) {
  try {
    return decodeURI(pathname)
  } catch {
    return pathname
  }
}
