/** Concord's media type of validation errors (concord-api §3). */
export const VALIDATION_ERRORS_TYPE = 'application/vnd.concord-validation-errors-v1+json'

/** A response other than success, thrown anywhere; app.ts sends it. */
export class HttpError extends Error {
  readonly status: number
  /** Undefined for an empty body, as JAX-RS sends for a bare WebApplicationException. */
  readonly body: { type: string; text: string } | undefined
  readonly headers: Record<string, string>

  constructor(status: number, body?: { type: string; text: string }, headers: Record<string, string> = {}) {
    super(body?.text ?? `HTTP ${status}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export interface Violation {
  id: string
  message: string
}

/** Business validation: Concord's ValidationErrorsException, a 400 with a JSON array. */
export function validationError(message: string): HttpError {
  return violations([{ id: '*', message }])
}

/** Bean validation: one element per violation, with the `id` of Concord's ValidationExceptionMapperSupport. */
export function violations(list: Violation[]): HttpError {
  return new HttpError(400, { type: VALIDATION_ERRORS_TYPE, text: JSON.stringify(list) })
}

/** Concord's ConcordApplicationException: plain text. */
export function textError(status: number, message: string): HttpError {
  return new HttpError(status, { type: 'text/plain;charset=UTF-8', text: message })
}

/** Our own: Concord throttles nobody. */
export function tooManyRequests(message: string, seconds: number): HttpError {
  const body = { type: 'text/plain;charset=UTF-8', text: message }
  return new HttpError(429, body, { 'Retry-After': String(seconds) })
}

/** Concord's UnauthorizedException, which is a 403. */
export function forbidden(message: string): HttpError {
  return textError(403, message)
}

const denials = new WeakSet<Error>()

/** Marks an error as a refusal for lack of rights, for the audit log: some of Concord's have the status 500. */
export function denial(error: HttpError): HttpError {
  denials.add(error)
  return error
}

export const isDenial = (error: Error | undefined) =>
  error instanceof HttpError && (error.status === 403 || denials.has(error))

/**
 * Whether the operation does not accept the request: method, type, size, encoding, or a field that violates its
 * pattern. Violations of Concord's own rules, such as a name that is taken, do not count.
 */
export function isInvalid(error: Error | undefined): error is HttpError {
  if (!(error instanceof HttpError)) return false
  const { status, body } = error
  if ([405, 406, 413, 415].includes(status)) return true
  if (body?.type === VALIDATION_ERRORS_TYPE) return !body.text.includes('"id":"*"')
  return status === 500 && /^ERROR: (com\.fasterxml|org\.jboss\.resteasy|java\.io)\./.test(body?.text ?? '')
}

/** A response without a body, such as the 404 of a missing secret. */
export function emptyError(status: number, headers: Record<string, string> = {}): HttpError {
  return new HttpError(status, undefined, headers)
}

/** The response of Concord's UnexpectedExceptionMapper to any other Java exception: clients see its class. */
export function javaError(javaClass: string, message?: string): HttpError {
  return textError(500, message === undefined ? `ERROR: ${javaClass}` : `ERROR: ${javaClass}: ${message}`)
}

export const nullPointer = () => javaError('java.lang.NullPointerException', 'null')
