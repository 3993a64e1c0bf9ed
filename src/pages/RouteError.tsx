import { useEffect } from 'react'
import { Link, useRevalidator, useRouteError } from 'react-router'
import { DISK_FULL, isApiError, missingRight, TOO_MANY } from '#api/ApiError.ts'
import { paths } from '#paths.ts'
import { ErrorPage } from '#ui/ErrorPage.tsx'

type Props = {
  /** What the page would have shown: `the secret “git-key”`. */
  what?: string
}

/** The error boundary of a page that can say nothing more special. Pages with more to say pass it. */
export function RouteError({ what = 'this page' }: Props) {
  const error = useRouteError()
  const { revalidate, state } = useRevalidator()
  const away = isApiError(error, 'unreachable')

  useEffect(() => {
    // A mistake of ours, not an answer of the server's: it belongs where a developer looks.
    if (!isApiError(error)) console.error(error)
  }, [error])

  const steps = (
    <Link className="ui button" to={paths.organizations()}>
      All organizations
    </Link>
  )
  const tryAgain = (
    <button type="button" className="ui primary button" onClick={() => revalidate()} aria-disabled={state !== 'idle'}>
      Try again
    </button>
  )
  const words = isApiError(error) ? error.words : undefined

  if (away)
    return (
      <ErrorPage title="The server does not answer" nextSteps={tryAgain}>
        <p>
          It could not be asked for {what}. It is tried again by itself, and the page appears as soon as it is back.
        </p>
      </ErrorPage>
    )
  if (isApiError(error, 'notFound') || (isApiError(error, 'rejected') && /not found/i.test(error.words)))
    return (
      <ErrorPage title="Not found" words={words} nextSteps={steps}>
        <p>There is no {withoutArticle(what)}. It may have been renamed, moved or deleted.</p>
      </ErrorPage>
    )
  if (isApiError(error, 'forbidden')) {
    const right = missingRight(error.words)
    return (
      <ErrorPage title={`You may not open ${what}`} words={words} nextSteps={steps}>
        <p>
          {right ? (
            <>
              It needs {right.level} access to the {right.entity} <b className="mono">{right.name}</b>.
            </>
          ) : (
            'You are missing a right.'
          )}
        </p>
      </ErrorPage>
    )
  }
  if (isApiError(error) && (error.status === TOO_MANY || error.status === DISK_FULL))
    return (
      <ErrorPage
        title={error.status === TOO_MANY ? 'Too many requests' : 'The disk of the server is full'}
        words={words}
        nextSteps={tryAgain}
      >
        <p>
          {error.status === TOO_MANY
            ? `Try again in ${error.retryAfter ?? 60} seconds.`
            : 'Nothing can be changed until an administrator makes room.'}
        </p>
      </ErrorPage>
    )
  return (
    <ErrorPage
      title="Something went wrong"
      words={words}
      nextSteps={
        <>
          {tryAgain}
          {steps}
        </>
      }
    >
      <p>{isApiError(error) ? `The server could not answer the request for ${what}.` : 'The console has a mistake.'}</p>
    </ErrorPage>
  )
}

const withoutArticle = (what: string) => what.replace(/^the |^this /, 'such ')
