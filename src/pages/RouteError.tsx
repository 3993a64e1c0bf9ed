import { useEffect } from 'react'
import { Link, useRevalidator, useRouteError } from 'react-router'
import { type ApiError, DISK_FULL, isApiError, TOO_MANY } from '#api/ApiError.ts'
import { explain, explained } from '#api/explain.ts'
import { paths } from '#paths.ts'
import { ErrorPage } from '#ui/ErrorPage.tsx'

type Props = {
  /** What the page would have shown: `the secret “git-key”`. */
  what?: string
}

/** The error boundary of a page that has nothing more specific to say. Pages with more to say pass it. */
export function RouteError({ what = 'this page' }: Props) {
  const thrown = useRouteError()
  const { revalidate, state } = useRevalidator()
  const error = thrown instanceof Error ? thrown : new TypeError(String(thrown))

  useEffect(() => {
    // A bug of ours, not a response of the server: it belongs in the developer console.
    if (!isApiError(thrown)) console.error(thrown)
  }, [thrown])

  const { canRetry } = explain(error)
  return (
    <ErrorPage
      title={isApiError(error) ? titleOf(error, what) : 'Something went wrong'}
      words={isApiError(error) ? error.words : undefined}
      nextSteps={
        <>
          {canRetry && (
            <button
              type="button"
              className="ui primary button"
              onClick={() => revalidate()}
              aria-disabled={state !== 'idle'}
            >
              Try again
            </button>
          )}
          {!isApiError(error, 'unreachable') && (
            <Link className="ui button" to={paths.organizations()}>
              All organizations
            </Link>
          )}
        </>
      }
    >
      <p>{sentences(error, what)}</p>
    </ErrorPage>
  )
}

function titleOf(error: ApiError, what: string) {
  if (error.kind === 'unreachable') return 'The server is not responding'
  if (isMissing(error)) return 'Not found'
  if (error.kind === 'forbidden') return `You may not open ${what}`
  if (error.status === TOO_MANY) return 'Too many requests'
  return error.status === DISK_FULL ? 'The server’s disk is full' : 'Something went wrong'
}

const isMissing = ({ kind, words }: ApiError) =>
  kind === 'notFound' || (kind === 'rejected' && /not found/i.test(words))

function sentences(error: Error, what: string) {
  if (isApiError(error, 'unreachable')) return 'This page opens as soon as it is back.'
  if (isApiError(error) && isMissing(error))
    return `There is no ${what.replace(/^(the|this) /, '')}. It may have been renamed, moved or deleted.`
  return explained(error)
}
