import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { explained } from '#api/explain.ts'
import type { SecretRef } from '#api/secrets.ts'
import { type Trace, traceSecret } from '#concord/trace.ts'
import { actorOf } from '#concord/words.ts'
import { paths } from '#paths.ts'
import { ErrorPage } from '#ui/ErrorPage.tsx'
import { RelativeTime } from '#ui/RelativeTime.tsx'

/** In place of a secret that does not exist: where it went, if the audit log says so. */
export function SecretMissing({ orgName, secretName }: SecretRef) {
  const {
    data: trace,
    isPending,
    error,
  } = useQuery({
    queryKey: ['trace', orgName, secretName],
    queryFn: () => traceSecret({ orgName, secretName }),
  })
  const now = trace?.now
  return (
    <ErrorPage
      title={`There is no secret “${secretName}” in ${orgName}`}
      nextSteps={
        <>
          {now && (
            <Link className="ui primary button" to={paths.secret(now)}>
              Open {now.orgName} / {now.secretName}
            </Link>
          )}
          <Link className={`ui ${now ? '' : 'primary'} button`} to={paths.secrets({ orgName }, { filter: secretName })}>
            Look for this name in {orgName}
          </Link>
          <Link className="ui button" to={paths.secrets({ orgName })}>
            All secrets of {orgName}
          </Link>
        </>
      }
    >
      <p role="status">
        {trace ? (
          <Story trace={trace} orgName={orgName} />
        ) : isPending ? (
          'Looking in the audit log for where it went …'
        ) : (
          `It was renamed, moved or deleted, or it never existed. ${
            error
              ? `The audit log could not be read: ${explained(error)}`
              : 'The audit log, as far as you may read it, does not say.'
          }`
        )}
      </p>
      <p className="muted">Names are case-sensitive.</p>
    </ErrorPage>
  )
}

function Story({ trace, orgName }: { trace: Trace; orgName: string }) {
  const by = (
    <>
      <b>{actorOf(trace.entry)}</b> <RelativeTime at={trace.entry.entryDate} />
    </>
  )
  if (trace.what === 'deleted') return <>It was deleted by {by}.</>
  return (
    <>
      It was {trace.what === 'moved' ? 'moved to ' : 'renamed to '}
      <b className="mono">{trace.what === 'moved' ? trace.to.orgName : trace.to.secretName}</b>
      {trace.what === 'moved' && trace.to.orgName === orgName ? ' and back' : ''} by {by}.{' '}
      {!trace.now && 'You do not have the right to see where it is now, or it has been deleted since.'}
    </>
  )
}
