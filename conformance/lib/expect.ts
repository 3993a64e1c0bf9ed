import { expect } from 'vitest'
import { unauthorizedSaysJson } from '../versions.ts'
import type { Answer } from './http.ts'

/* What answers look like (concord-api §3), each with its exact status, content type and body. */

export const VALIDATION_TYPE = 'application/vnd.concord-validation-errors-v1+json'
const TEXT = 'text/plain;charset=utf-8'

/** Status, type and body in one, so that a failure shows all of what came. */
const summary = ({ status, type, text }: Answer) => ({ status, type, text })

/** 200 and this JSON, exactly; matchers as `expect.any(String)` may stand in it. */
export function expectJson(answer: Answer, body: unknown) {
  expect(summary(answer)).toMatchObject({ status: 200, type: 'application/json' })
  expect(answer.json()).toEqual(body)
}

/** 200 and JSON, whose content is looked at afterwards. */
export function jsonOf(answer: Answer) {
  expect(summary(answer)).toMatchObject({ status: 200, type: 'application/json' })
  return answer.json()
}

export const expectResult = (answer: Answer, result: string) => expectJson(answer, { ok: true, result })

/** `{ok: true, id, result}` and nothing else; answers the id. */
export function expectIdResult(answer: Answer, result: 'CREATED' | 'UPDATED'): string {
  expectJson(answer, { ok: true, id: expect.any(String), result })
  return answer.json().id
}

/** The names of a list's entries, in the order of the list. */
export const namesOf = (answer: Answer): string[] => jsonOf(answer).map(({ name }: { name: string }) => name)

/** A rule of Concord's own code was broken. */
export function expectValidationError(answer: Answer, message: string) {
  expect(summary(answer)).toMatchObject({ status: 400, type: VALIDATION_TYPE })
  expect(answer.json()).toEqual([{ id: '*', message }])
}

/** A rule of bean validation was broken: one element per violation, in any order. */
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

/** No body, no content type; `Content-Length: 0` but for a 204. */
export function expectEmpty(answer: Answer, status: number) {
  expect(summary(answer)).toEqual({ status, type: undefined, text: '' })
  if (status !== 204) expect(answer.headers['content-length']).toEqual(['0'])
}

/**
 * An exception that Concord did not foresee: 500 with the class's name. `start` is what the text after `ERROR: ` begins
 * with; the rest is Java's own, and ours says less, so that it cannot quote what somebody sent.
 */
export function expectFailure(answer: Answer, start = '') {
  expect(summary(answer)).toEqual({ status: 500, type: TEXT, text: expect.stringMatching(/^ERROR: [a-z]+\./) })
  expect(answer.text.slice('ERROR: '.length)).toSatisfy(
    (text: string) => text.startsWith(start),
    `starts with ${start}`,
  )
  // What our server says when it did not foresee something itself: never what Concord is meant to answer.
  expect(answer.text).not.toContain('internal error (request ')
}

/** The page, or the JSON, of the servlet container; its words are Jetty's own. */
export function expectPage(answer: Answer, status: number) {
  expect(summary(answer)).toMatchObject({ status, type: 'text/html;charset=iso-8859-1' })
  expect(answer.text).toContain(String(status))
}

/** 401 without a body; `challenge`: whether it asks for Basic and for an API key. */
export function expectUnauthorized(answer: Answer, { challenge }: { challenge: boolean }) {
  expect(summary(answer)).toEqual({
    status: 401,
    type: unauthorizedSaysJson ? 'application/json' : undefined,
    text: '',
  })
  expect(answer.headers['www-authenticate']).toEqual(challenge ? ['Basic', 'ConcordApiToken'] : undefined)
}

/** 401 that says what is wrong with the credentials' form. */
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
