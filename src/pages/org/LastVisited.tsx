import { Link } from 'react-router'
import { visitedOrganizations } from '#api/visits.ts'
import { paths } from '#paths.ts'

/** The way back to where one was, however long the list is. */
export function LastVisited() {
  const orgNames = visitedOrganizations()
  if (orgNames.length === 0) return null
  return (
    <nav className="last-visited" aria-labelledby="last-visited">
      <span className="muted" id="last-visited">
        Last visited
      </span>
      <ul>
        {orgNames.map((orgName) => (
          <li key={orgName}>
            <Link className="mono" to={paths.secrets({ orgName })}>
              {orgName}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
