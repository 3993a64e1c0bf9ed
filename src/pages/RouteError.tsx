import { type ReactNode, useEffect } from 'react'
import { Link, useRevalidator, useRouteError } from 'react-router'
import { type ApiError, DISK_FULL, isApiError, missingRight, TOO_MANY } from '#api/ApiError.ts'
import { paths } from '#paths.ts'
import { ErrorPage } from '#ui/ErrorPage.tsx'

type Props = {
  /** What the page would have shown: `the secret “git-key”`. */
  what?: string
}

/** The error boundary of a page that has nothing more specific to say. Pages with more to say pass it. */
export function RouteError({ what = 'this page' }: Props) {
  const error = useRouteError()
  const { revalidate, state } = useRevalidator()

  useEffect(() => {
    // A bug of ours, not a response of the server: it belongs in the developer console.
    if (!isApiError(error)) console.error(error)
  }, [error])

  const { title, text, steps } = explain(error, what)
  return (
    <ErrorPage
      title={title}
      words={isApiError(error) && error.kind !== 'unreachable' ? error.words : undefined}
      nextSteps={
        <>
          {steps.includes('try again') && (
            <button
              type="button"
              className="ui primary button"
              onClick={() => revalidate()}
              aria-disabled={state !== 'idle'}
            >
              Try again
            </button>
          )}
          {steps.includes('leave') && (
            <Link className="ui button" to={paths.organizations()}>
              All organizations
            </Link>
          )}
        </>
      }
    >
      <p>{text}</p>
    </ErrorPage>
  )
}

type Explanation = { title: string; text: ReactNode; steps: ('try again' | 'leave')[] }

function explain(error: unknown, what: string): Explanation {
  if (!isApiError(error))
    return { title: 'Something went wrong', text: 'The console has a bug.', steps: ['try again', 'leave'] }
  if (error.kind === 'unreachable')
    return {
      title: 'The server is not responding',
      text: `It could not be asked for ${what}. The console keeps trying, and shows the page as soon as the server is back.`,
      steps: ['try again'],
    }
  if (error.kind === 'notFound' || (error.kind === 'rejected' && /not found/i.test(error.words)))
    return {
      title: 'Not found',
      text: `There is no ${withoutArticle(what)}. It may have been renamed, moved or deleted.`,
      steps: ['leave'],
    }
  if (error.kind === 'forbidden')
    return { title: `You may not open ${what}`, text: missingWords(error), steps: ['leave'] }
  if (error.status === TOO_MANY)
    return {
      title: 'Too many requests',
      text: `Try again in ${error.retryAfter ?? 60} seconds.`,
      steps: ['try again'],
    }
  if (error.status === DISK_FULL)
    return {
      title: 'The server’s disk is full',
      text: 'Nothing can be changed until an administrator frees space.',
      steps: ['try again'],
    }
  return {
    title: 'Something went wrong',
    text: `The server could not handle the request for ${what}.`,
    steps: ['try again', 'leave'],
  }
}

function missingWords({ words }: ApiError): ReactNode {
  const right = missingRight(words)
  if (!right) return 'You do not have the right to open it.'
  return (
    <>
      You need {right.level} access to the {right.entity} <b className="mono">{right.name}</b>.
    </>
  )
}

const withoutArticle = (what: string) => what.replace(/^the |^this /, 'such ')
