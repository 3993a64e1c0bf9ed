import { ApiError, isApiError, kindOf, kindOfAnswer, rejectsUser, wordsOf } from './ApiError.ts'
import { takeEarly } from './early.ts'
import { session, sessionOver, signedInAgain, userIsDisabled } from './sessionOver.ts'
import { markReachable, markUnreachable, whenReachable } from './unreachable.ts'

type Options = {
  signal?: AbortSignal
  headers?: Record<string, string>
  /**
   * A read that a change depends on, or that shows whether the change was made. It does not wait for a server that is
   * unreachable: a button must not take effect minutes after it was pressed. And it is never sent as another user.
   */
  partOfChange?: boolean
  /** A 401 opens no dialog: for the sign-in itself, and for the request whether there is a session. */
  signingIn?: boolean
  /** Called with the number of bytes so far, as the body of a read arrives. */
  onProgress?: (bytes: number) => void
}

type Request = Options & { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; body?: BodyInit }

/** A read fails after this long without a byte. A body that arrives slowly is read to its end. */
const READ_SILENCE = 30_000
/** A generated 4096 bit key and an upload of 1 MiB on a slow line take their time. */
const WRITE_TIMEOUT = 120_000

/** Encodes each value as one path segment or query value: url`/api/v1/org/${orgName}`. */
export const url = (strings: TemplateStringsArray, ...values: (string | number | boolean)[]) =>
  String.raw({ raw: strings }, ...values.map(encodeURIComponent))

/** `?a=1&b=2` of the defined values, or an empty string. */
export function query(values: Record<string, string | number | boolean | undefined>) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return given.length ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}` : ''
}

type FormValue = string | number | boolean | Blob | undefined | null

/**
 * A multipart body. Concord reads text parts without a charset as US-ASCII and browsers cannot name one for plain
 * strings, so text travels as a Blob of UTF-8, byte for byte (concord-api §9.5). Empty text is left out: Concord
 * treats it as absent, except where it would do harm.
 */
export function form(fields: Record<string, FormValue>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === '') continue
    data.append(name, value instanceof Blob ? value : new Blob([String(value)], { type: 'text/plain;charset=UTF-8' }))
  }
  return data
}

/**
 * Requests to Concord: resolve to the response's data, or reject with an ApiError. After a 401 they are sent again once
 * the user has signed in again; a GET also when the server is reachable again.
 */
export const http = {
  get: <T>(path: string, options?: Options) => data<T>(path, { ...options, method: 'GET' }),
  post: <T>(path: string, json?: unknown, options?: Options) =>
    data<T>(path, json === undefined ? { ...options, method: 'POST' } : withJson('POST', json, options)),
  put: <T>(path: string, json: unknown, options?: Options) => data<T>(path, withJson('PUT', json, options)),
  postText: <T>(path: string, body: string, options?: Options) =>
    data<T>(path, {
      ...options,
      method: 'POST',
      body,
      headers: { ...options?.headers, 'Content-Type': 'text/plain;charset=UTF-8' },
    }),
  postForm: <T>(path: string, body: FormData, options?: Options) => data<T>(path, { ...options, method: 'POST', body }),
  delete: <T>(path: string, options?: Options) => data<T>(path, { ...options, method: 'DELETE' }),
}

const withJson = (method: 'POST' | 'PUT', json: unknown, options?: Options): Request => ({
  ...options,
  method,
  body: JSON.stringify(json),
  headers: { ...options?.headers, 'Content-Type': 'application/json' },
})

async function data<T>(path: string, request: Request): Promise<T> {
  const response = await send(path, request)
  const text = await read(() => response.text())
  // A 204 is Concord's answer for null (concord-api §1): the caller's type says whether that can happen.
  if (text === '') return undefined as T
  try {
    return JSON.parse(text)
  } catch {
    // The response is not Concord's: the sign-in page of a proxy, for example.
    throw new ApiError(response.status, 'failed', '')
  }
}

/** The body can still get lost after the headers came. */
async function read<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    markUnreachable()
    throw new ApiError(0, 'unreachable', '')
  }
}

async function send(path: string, request: Request): Promise<Response> {
  const isChange = request.method !== 'GET' || request.partOfChange === true
  // The cookie may be somebody else's by now (see otherTabs.ts): nothing is sent before that is settled.
  if (sessionOver.get() && !request.signingIn && !(await signedInAgain(session.get(), isChange)))
    throw new ApiError(401, 'unauthorized', '')
  let answer = await patiently(path, request)
  if (answer.response.status === 401 && !request.signingIn && (await signedInAgain(answer.sentUnder, isChange)))
    answer = await patiently(path, request)
  if (answer.response.ok) return answer.response
  const error = await errorOf(answer.response)
  if (rejectsUser(error) && !request.signingIn) userIsDisabled(answer.sentUnder, error.words)
  throw error
}

/** How often a GET waits, in case all requests but this one succeed. */
const PATIENCE = 3

/**
 * GETs wait while the server is unreachable: the current page stays, and the banner says when the next try is due. A
 * write is never repeated by itself: its first attempt may have succeeded.
 */
async function patiently(path: string, request: Request) {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt(path, request)
    } catch (error) {
      const mayRepeat = request.method === 'GET' && !request.signingIn && !request.partOfChange && failures <= PATIENCE
      if (!mayRepeat || !isApiError(error, 'unreachable')) throw error
      await whenReachable(request.signal)
    }
  }
}

async function attempt(path: string, request: Request) {
  const { method, body, signal, onProgress } = request
  const sentUnder = session.get()
  // What cannot be sent throws here: it is no sign of an unreachable server.
  // `Accept` must admit Concord's own type of validation errors, or they come without a body (concord-api §3).
  const headers = new Headers({ Accept: '*/*', 'X-Concord-UI-Request': 'true', ...request.headers })
  const silence = method === 'GET' ? silenceLimit(READ_SILENCE) : undefined
  const timeout = silence?.signal ?? AbortSignal.timeout(WRITE_TIMEOUT)
  const cancel = signal ? AbortSignal.any([signal, timeout]) : timeout
  let answer: Response
  try {
    const isPlainRead = method === 'GET' && !request.headers && !request.partOfChange
    answer = await ((isPlainRead && takeEarly(path, cancel)) ||
      fetch(path, {
        method,
        ...(body === undefined ? {} : { body }),
        credentials: 'same-origin',
        headers,
        signal: cancel,
      }))
  } catch (error) {
    silence?.end()
    if (signal?.aborted) throw error
    markUnreachable()
    throw new ApiError(0, 'unreachable', '')
  }
  const response = silence ? watched(answer, silence, onProgress) : answer
  if (kindOf(response.status) === 'unreachable') {
    const error = await errorOf(response)
    silence?.end()
    // With a readable reason of its own the server is reachable.
    if (error.kind === 'unreachable' && !signal?.aborted) markUnreachable()
    if (error.kind !== 'unreachable') markReachable()
    throw error
  }
  markReachable()
  return { response, sentUnder }
}

type SilenceLimit = { signal: AbortSignal; heard: () => void; end: () => void }

/** A signal that aborts when nothing was heard for so many milliseconds. */
function silenceLimit(limit: number): SilenceLimit {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = () => clearTimeout(timer)
  const heard = () => {
    end()
    timer = setTimeout(() => controller.abort(new DOMException('Nothing came', 'TimeoutError')), limit)
  }
  heard()
  return { signal: controller.signal, heard, end }
}

/** The same response, with each piece of its body reported to the limit and to the caller. */
function watched(response: Response, silence: SilenceLimit, onProgress?: (bytes: number) => void): Response {
  silence.heard()
  // Chromium gives a 204 a body, if an empty one, but takes none for it.
  if (!response.body || response.status === 204) {
    silence.end()
    return response
  }
  let bytes = 0
  const pieces = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      silence.heard()
      bytes += piece.byteLength
      // Apart from the body: an error in the caller is no lost answer.
      queueMicrotask(() => onProgress?.(bytes))
      controller.enqueue(piece)
    },
    flush: silence.end,
  })
  return new Response(response.body.pipeThrough(pieces), response)
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = await response.text().catch(() => '')
  const words = wordsOf(body, response.headers.get('Content-Type') ?? '')
  const retryAfter = Number(response.headers.get('Retry-After')) || undefined
  return new ApiError(response.status, kindOfAnswer(response.status, words), words, retryAfter)
}
