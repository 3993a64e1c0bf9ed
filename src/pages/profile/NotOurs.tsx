import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { paths } from '#paths.ts'
import { ErrorPage } from '#ui/ErrorPage.tsx'

/** In place of a page that only our own server has the data for: a real Concord is behind the console. */
export const NotOurs = ({ title, children }: { title: string; children: ReactNode }) => (
  <ErrorPage
    title={title}
    nextSteps={
      <Link className="ui button" to={paths.organizations()}>
        All organizations
      </Link>
    }
  >
    <p>{children}</p>
  </ErrorPage>
)
