import { expect } from 'vitest'
import { unauthorizedSaysJson } from '../versions.ts'
import type { Answer } from './http.ts'

/* Expectations for responses (concord-api §3), each with exact status, content type and body. */

export const VALIDATION_TYPE = 'application/vnd.concord-validation-errors-v1+json'
const TEXT = 'text/plain;charset=utf-8'

/** Status, type and body together, so that a failure shows the whole response. */
const summary = ({ status, type, text }: Answer) => ({ status, type, text })

/** 200 and exactly this JSON, which may contain matchers such as `expect.any(String)`. */
export function expectJson(answer: Answer, body: unknown) {
  expect(summary(answer)).toMatchObject({ status: 200, type: 'application/json' })
  expect(answer.json()).toEqual(body)
}

/** 200 and JSON; returns it for further checks. */
export function jsonOf(answer: Answer) {
  expect(summary(answer)).toMatchObject({ status: 200, type: 'application/json' })
  return answer.json()
}

export const expectResult = (answer: Answer, result: string) => expectJson(answer, { ok: true, result })

/** `{ok: true, id, result}` and nothing else; returns the id. */
export function expectIdResult(answer: Answer, result: 'CREATED' | 'UPDATED'): string {
  expectJson(answer, { ok: true, id: expect.any(String), result })
  return answer.json().id
}

/** The names of a list's entries, in the order of the list. */
export const namesOf = (answer: Answer): string[] => jsonOf(answer).map(({ name }: { name: string }) => name)

/** A validation error of Concord's own code. */
export function expectValidationError(answer: Answer, message: string) {
  expect(summary(answer)).toMatchObject({ status: 400, type: VALIDATION_TYPE })
  expect(answer.json()).toEqual([{ id: '*', message }])
}

/** A bean validation error: one element per violation, in any order. */
export function expectViolations(answer: Answer, violations: Record<string, string>) {
  expect(summary(answer)).toMatchObject({ status: 400, type: VALIDATION_TYPE })
  const found = answer.json().map(({ id, message, ...rest }: Record<string, string>) => [id, message, rest])
  expect(found.toSorted()).toEqual(
    Object.entries(violations)
      .map(([id, message]) => [id, message, {}])
      .toSorted(),
  )
}

export function expectText(answer: Answer, status: number, text: string) {
  expect(summary(answer)).toEqual({ status, type: TEXT, text })
}

/** No body, no content type; `Content-Length: 0` except for a 204. */
export function expectEmpty(answer: Answer, status: number) {
  expect(summary(answer)).toEqual({ status, type: undefined, text: '' })
  if (status !== 204) expect(answer.headers['content-length']).toEqual(['0'])
}

/**
 * Sends a wrong store password, each time for a new secret, until it is rejected, at most three times: Concord accepts 1
 * of 256, as the garbage that it decrypts to has valid padding (`wrongStorePassword` in differences.ts).
 */
export async function rejectionOf(send: () => Promise<Answer>): Promise<Answer> {
  let answer = await send()
  for (let tries = 1; answer.status === 200 && tries < 3; tries++) answer = await send()
  return answer
}

/**
 * An unexpected exception in Concord: 500 with the class name. `start` is the beginning of the text after `ERROR: `;
 * the rest is Java's own, and ours omits it, so that it cannot quote the input.
 */
export function expectFailure(answer: Answer, start = '') {
  expect(summary(answer)).toEqual({ status: 500, type: TEXT, text: expect.stringMatching(/^ERROR: [a-z]+\./) })
  expect(answer.text.slice('ERROR: '.length)).toSatisfy(
    (text: string) => text.startsWith(start),
    `starts with ${start}`,
  )
  // Our server's message for its own unexpected errors, which is never an expected response.
  expect(answer.text).not.toContain('internal error (request ')
}

/** The page or JSON of the servlet container; the text is Jetty's own. */
export function expectPage(answer: Answer, status: number) {
  expect(summary(answer)).toMatchObject({ status, type: 'text/html;charset=iso-8859-1' })
  expect(answer.text).toContain(String(status))
}

/** 401 without a body; `challenge`: whether it has challenges for Basic and an API key. */
export function expectUnauthorized(answer: Answer, { challenge }: { challenge: boolean }) {
  expect(summary(answer)).toEqual({
    status: 401,
    type: unauthorizedSaysJson ? 'application/json' : undefined,
    text: '',
  })
  expect(answer.headers['www-authenticate']).toEqual(challenge ? ['Basic', 'ConcordApiToken'] : undefined)
}

/** 401 with the reason why the credentials are malformed. */
export function expectMalformedCredentials(answer: Answer) {
  expect(summary(answer)).toMatchObject({ status: 401, type: 'application/json' })
  expect(answer.json()).toEqual({ message: expect.stringMatching(/./) })
  expect(answer.headers['www-authenticate']).toBeUndefined()
}

export const expectSecretForbidden = (answer: Answer, level: string, name: string) =>
  expectText(answer, 403, `The current user doesn't have the necessary access level (${level}) to the secret: ${name}`)

export const expectNotInOrg = (answer: Answer, user: { name: string }, org: { name: string }) =>
  expectText(answer, 403, `The current user (${user.name}) doesn't belong to the specified organization: ${org.name}`)

export const expectNoOrg = (answer: Answer, name = 'no-such-org') =>
  expectValidationError(answer, `Organization not found: ${name}`)

export function expectMethodNotAllowed(answer: Answer, allow: string) {
  expectEmpty(answer, 405)
  expect(answer.headers.allow?.join(', ').split(', ').toSorted().join(', ')).toBe(allow)
}
