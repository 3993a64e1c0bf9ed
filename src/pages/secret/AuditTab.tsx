import { useSuspenseQuery } from '@tanstack/react-query'
import { type LoaderFunctionArgs, useLoaderData } from 'react-router'
import { type ApiError, isApiError } from '#api/ApiError.ts'
import { type AuditFilter, auditQuery } from '#api/audit.ts'
import { queryClient } from '#api/queryClient.ts'
import { secretQuery } from '#api/secrets.ts'
import { secretRef, useSecretRef } from '#params.ts'
import { Message } from '#ui/Message.tsx'
import { pageIn } from '#ui/pageIn.ts'
import { AuditFilters, isAction } from './audit/AuditFilters.tsx'
import { AuditList } from './audit/AuditList.tsx'
import { timesOf } from './audit/period.ts'
import { OwnerName } from './parts/OwnerName.tsx'

type Question = { filter: AuditFilter; page: number; refused?: ApiError }

/**
 * Queries by the secret's id, to include what happened under other names and in other organizations (concord-api §11).
 */
export async function loader({ params, request }: LoaderFunctionArgs): Promise<Question> {
  const { id: secretId } = await queryClient.fetchQuery(secretQuery(secretRef(params)))
  const { searchParams } = new URL(request.url)
  const action = searchParams.get('action')
  const filter: AuditFilter = {
    object: 'SECRET',
    secretId,
    ...(isAction(action) && { action }),
    ...timesOf(searchParams),
  }
  const page = pageIn(searchParams)
  try {
    await queryClient.fetchQuery(auditQuery(filter, { page }))
    return { filter, page }
  } catch (error) {
    // Others may open a PUBLIC secret, but its log is for readers among the members; a server may limit the period.
    if (isApiError(error, 'forbidden') || isApiError(error, 'rejected')) return { filter, page, refused: error }
    throw error
  }
}

export function AuditTab() {
  const { filter, page, refused } = useLoaderData<typeof loader>()
  const { data: secret } = useSuspenseQuery(secretQuery(useSecretRef()))
  return (
    <>
      <p className="prose muted">Includes entries under earlier names and in other organizations.</p>
      {refused?.kind === 'forbidden' ? (
        <Message tone="neutral" header="You may not read the audit log of this secret">
          <p>You need Reader access and, for a public secret, membership in {secret.orgName}.</p>
          <p>
            Its owner is <OwnerName owner={secret.owner} />.
          </p>
          <p className="words muted">{refused.words}</p>
        </Message>
      ) : (
        <>
          <AuditFilters />
          {refused ? (
            <Message tone="neutral" header="The server rejected this period">
              <p className="words">{refused.words}</p>
              <p>Choose another one.</p>
            </Message>
          ) : (
            <AuditList secret={secret} filter={filter} page={page} />
          )}
        </>
      )}
    </>
  )
}
