/**
 * unreachable: no answer from Concord (network, time-out, 502–504); whether a write was made is not known.
 * rejected: Concord understood the request and declined it (400, 405–429). failed: 500, 507 and unreadable answers.
 * unauthorized: there is no session, or its user is disabled.
 */
export type ErrorKind = 'unreachable' | 'unauthorized' | 'forbidden' | 'notFound' | 'rejected' | 'failed'

/** Every way a request can fail, as one error. */
export class ApiError extends Error {
  override name = 'ApiError'
  constructor(
    readonly status: number,
    readonly kind: ErrorKind,
    /** The server's own words; empty if its response has no readable text. */
    readonly words: string,
    /** Seconds after which a 429 may be tried again. */
    readonly retryAfter?: number,
  ) {
    super(words || fallback(status, kind, retryAfter))
  }
}

export const isApiError = (error: unknown, kind?: ErrorKind): error is ApiError =>
  error instanceof ApiError && (kind === undefined || error.kind === kind)

/** The server understood a read and will not do it, now or in a moment. */
export const isRefusal = (error: unknown) =>
  isApiError(error) &&
  (error.kind === 'forbidden' || error.kind === 'notFound' || error.kind === 'rejected') &&
  error.status !== TOO_MANY

function fallback(status: number, kind: ErrorKind, retryAfter: number | undefined) {
  if (status === TOO_MANY) return `Too many requests. Try again in ${retryAfter ?? 60} seconds.`
  if (status === DISK_FULL) return 'The server’s disk is full. Nothing was changed.'
  switch (kind) {
    case 'unreachable':
      return 'The server is not responding.'
    case 'unauthorized':
      return 'You are not signed in.'
    case 'forbidden':
      return 'You do not have the right to do this.'
    case 'notFound':
      return 'It does not exist, or it was moved or deleted.'
    default:
      return status >= 400
        ? `The server returned ${status} and gave no reason.`
        : 'The response is not in Concord’s format.'
  }
}

export const TOO_MANY = 429
export const DISK_FULL = 507

/** The server rejects the user, not the request: Concord's 403 for a disabled user in a session (concord-api §2.2). */
export const rejectsUser = ({ status, words }: Pick<ApiError, 'status' | 'words'>) =>
  status === 403 && words.startsWith('User is disabled')

/**
 * Like `kindOf`, but a 503 that says so (ours on a read-only disk) changed nothing, so its answer is not lost.
 */
export function kindOfAnswer(status: number, words: string): ErrorKind {
  if (rejectsUser({ status, words })) return 'unauthorized'
  return status === 503 && words.includes('Nothing was changed.') ? 'failed' : kindOf(status)
}

export function kindOf(status: number): ErrorKind {
  if (status === 0 || (status >= 502 && status <= 504)) return 'unreachable'
  if (status === 401) return 'unauthorized'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'notFound'
  return status >= 400 && status < 500 ? 'rejected' : 'failed'
}

/**
 * The readable part of an error's body. Concord has several shapes (concord-api §3): a JSON array of validation
 * errors, `{"message"}`, text, text labelled as JSON or as bytes, and nothing; a proxy adds pages of HTML.
 */
export function wordsOf(body: string, contentType: string): string {
  const text = body.trim()
  if (text === '' || contentType.includes('html') || /^<(!doctype|html|\?xml)/i.test(text)) return ''
  const json = /^[[{"]/.test(text) ? parsed(text) : undefined
  return (json === undefined ? text : wordsOfJson(json)).slice(0, 2000)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function wordsOfJson(json: unknown): string {
  if (typeof json === 'string') return json
  if (Array.isArray(json)) return json.map(wordsOfJson).filter(Boolean).join(' ')
  if (typeof json !== 'object' || json === null) return ''
  const { message, details, error } = json as Record<string, unknown>
  return [message, details, error].filter((part) => typeof part === 'string' && part !== '').join(' ')
}

/** What a 403 of Concord says is missing: a level, `Writer`, from `… access level (WRITER) to the secret: git-key`. */
export function missingRight(words: string): { level: string; entity: string; name: string } | undefined {
  const match = /access level \((\w+)\) to the (\w+): (.+)$/.exec(words)
  if (!match?.[1] || !match[2] || !match[3]) return undefined
  const level = match[1].charAt(0) + match[1].slice(1).toLowerCase()
  return { level, entity: match[2], name: match[3] }
}

/**
 * The organization that, by the words of a 403, the caller is not a member of: `… doesn't belong to the specified
 * organization: acme`.
 */
export const missingMembership = (words: string): string | undefined =>
  /doesn't belong to the specified organization: (.+)$/.exec(words)?.[1]
