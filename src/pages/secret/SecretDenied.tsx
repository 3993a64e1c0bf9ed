import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { type ApiError, missingRight } from '#api/ApiError.ts'
import { organizationQuery } from '#api/orgs.ts'
import { type SecretRef, secretListQuery } from '#api/secrets.ts'
import { ProtectionFact, TypeFact, VisibilityFact } from '#concord/facts.tsx'
import { paths } from '#paths.ts'
import { ErrorPage } from '#ui/ErrorPage.tsx'
import { OwnerName } from './parts/OwnerName.tsx'

/** In place of a secret that the caller may not open: which right is missing, and who can give it. */
export function SecretDenied({ orgName, secretName, error }: SecretRef & { error: ApiError }) {
  // Members see all secrets in the list, also those that they cannot open (concord-api §9.4).
  const { data: list } = useQuery(secretListQuery({ orgName }, { filter: secretName }))
  const { data: organization } = useQuery(organizationQuery({ orgName }))
  const entry = list?.find(({ name }) => name === secretName)
  const level = missingRight(error.words)?.level

  return (
    <ErrorPage
      title={`You may not open “${secretName}”`}
      words={error.words}
      nextSteps={
        <Link className="ui primary button" to={paths.secrets({ orgName })}>
          Secrets of {orgName}
        </Link>
      }
    >
      {entry && (
        <p className="facts">
          <TypeFact type={entry.type} />
          <VisibilityFact visibility={entry.visibility} />
          <ProtectionFact encryptedBy={entry.encryptedBy} />
        </p>
      )}
      <p>
        You need {level && <b>{level}</b>} access to open the secret <b className="mono">{secretName}</b> in{' '}
        <b className="mono">{orgName}</b>. {entry && `All members of ${orgName} see it in the list.`}
      </p>
      {entry?.owner ? (
        <p>
          It belongs to <OwnerName owner={entry.owner} />: ask them to give access to one of your teams.
        </p>
      ) : (
        <p>
          {entry && 'It has no owner any more. '}Ask an administrator
          {organization?.owner && (
            <>
              , or <OwnerName owner={organization.owner} />, who owns {orgName},
            </>
          )}{' '}
          to give access to one of your teams.
        </p>
      )}
    </ErrorPage>
  )
}
