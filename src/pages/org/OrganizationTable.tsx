import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import type { Organization, OrganizationCount } from '#api/types.ts'
import { ownerName } from '#api/users.ts'
import { QuietVisibilityFact } from '#concord/facts.tsx'
import { paths } from '#paths.ts'
import { useRowLinks } from '#ui/rowLinks.ts'
import { roleIn } from './roleIn.ts'

type Props = {
  organizations: Organization[]
  /** Undefined where the server has none; empty until they have come. */
  counts: OrganizationCount[] | undefined
}

export function OrganizationTable({ organizations, counts }: Props) {
  const { data: whoami } = useSuspenseQuery(whoamiQuery)
  const { data: userInfo } = useQuery(userInfoQuery)
  const links = useRowLinks()
  const countOf = new Map(counts?.map(({ orgId, secrets }) => [orgId, secrets]))
  return (
    <table className="ui unstackable table linked organizations">
      <thead>
        <tr>
          <th scope="col">Name</th>
          {counts && (
            <th scope="col" className="number">
              Secrets
            </th>
          )}
          <th scope="col" className="role">
            Your role
          </th>
          <th scope="col" className="visibility">
            Visibility
          </th>
          <th scope="col" className="owner">
            Owner
          </th>
        </tr>
      </thead>
      <tbody {...links}>
        {organizations.map((org) => {
          const secrets = countOf.get(org.id)
          return (
            <tr key={org.id}>
              <td className="primary">
                <a className="mono" href={paths.secrets({ orgName: org.name })} draggable={false}>
                  {org.name}
                </a>
              </td>
              {counts && (
                <td className="number">
                  {secrets?.toLocaleString('en')}
                  {secrets !== undefined && (
                    <span className="narrow-only"> {secrets === 1 ? 'secret' : 'secrets'}</span>
                  )}
                </td>
              )}
              <td className="role">{roleIn(org, { whoami, userInfo })}</td>
              {org.visibility === 'PUBLIC' ? (
                <td className="visibility usual">Public</td>
              ) : (
                <td className="visibility">
                  <QuietVisibilityFact visibility={org.visibility} />
                </td>
              )}
              <td className="owner">
                <span className="narrow-only">Owner: </span>
                {ownerName(org.owner)}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
