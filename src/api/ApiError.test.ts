import { describe, expect, test } from 'vitest'
import { ApiError, kindOf, missingMembership, missingRight, wordsOf } from './ApiError.ts'

describe('the words of an error', () => {
  test('of a validation error, all messages', () => {
    const body = '[{"id":"*","message":"Secret already exists: git-key"},{"id":"x","message":"must not be null"}]'
    expect(wordsOf(body, 'application/vnd.concord-validation-errors-v1+json')).toBe(
      'Secret already exists: git-key must not be null',
    )
  })
  test('of plain text, the text', () => {
    expect(wordsOf('Project not found: x\n', 'text/plain;charset=UTF-8')).toBe('Project not found: x')
  })
  test('of text that is labelled as JSON, the text', () => {
    const body = "Error while fetching a secret 'a': Invalid secret type: a, expected KEY_PAIR, got: DATA"
    expect(wordsOf(body, 'application/json')).toBe(body)
  })
  test('of text that only looks like JSON, the text', () => {
    expect(wordsOf('[odd', 'application/json')).toBe('[odd')
  })
  test('of a process error, message and details', () => {
    expect(wordsOf('{"message":"Nope","level":"WARN","details":"no such host"}', 'application/json')).toBe(
      'Nope no such host',
    )
  })
  test('of the servlet container, its error', () => {
    expect(wordsOf('{"error": "An unexpected error occurred."}', 'application/json')).toBe(
      'An unexpected error occurred.',
    )
  })
  test('an empty body has none', () => {
    expect(wordsOf('', 'application/json')).toBe('')
  })
  test('a page of HTML has none, whatever it is labelled', () => {
    expect(wordsOf('<html><body>Bad gateway</body></html>', 'text/html')).toBe('')
    expect(wordsOf(' <!DOCTYPE html><p>Hello', 'text/plain')).toBe('')
  })
})

test('every kind has a sentence when the server says nothing', () => {
  for (const status of [0, 400, 401, 403, 404, 429, 500, 503, 507])
    expect(new ApiError(status, kindOf(status), '').message).toMatch(/^[A-Z].*\.$/)
})

test('a good status with an answer that cannot be read is not called a refusal', () => {
  expect(new ApiError(200, 'failed', '').message).toBe('The response is not in Concord’s format.')
  expect(new ApiError(500, 'failed', '').message).toBe('The server returned 500 and gave no reason.')
})

test('a limit and a full disk say what to do, also without words', () => {
  expect(new ApiError(429, kindOf(429), '', 7).message).toBe('Too many requests. Try again in 7 seconds.')
  expect(new ApiError(429, kindOf(429), '').message).toBe('Too many requests. Try again in 60 seconds.')
  expect(new ApiError(507, kindOf(507), '').message).toBe('The server’s disk is full. Nothing was changed.')
  expect(new ApiError(507, kindOf(507), 'No space left.').message).toBe('No space left.')
})

test('only gateway errors and silence count as unreachable', () => {
  expect([0, 502, 503, 504].map(kindOf)).toEqual(Array(4).fill('unreachable'))
  expect([400, 401, 403, 404, 415, 429, 500, 501, 507].map(kindOf)).toEqual([
    ...['rejected', 'unauthorized', 'forbidden', 'notFound', 'rejected', 'rejected', 'failed', 'failed', 'failed'],
  ])
})

test('the missing right is read from the 403 of Concord', () => {
  const words = "The current user doesn't have the necessary access level (WRITER) to the secret: git-key"
  expect(missingRight(words)).toEqual({ level: 'Writer', entity: 'secret', name: 'git-key' })
  const stranger = "The current user (bob) doesn't belong to the specified organization: acme"
  expect(missingRight(stranger)).toBeUndefined()
  expect(missingMembership(stranger)).toBe('acme')
})
