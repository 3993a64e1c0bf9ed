// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { fromConcordConsole, paths, returnAddress } from './paths.ts'

test('names are encoded', () => {
  expect(paths.secret({ orgName: 'a b', secretName: 'x/y' }, 'settings')).toBe('/org/a%20b/secret/x%2Fy/settings')
})

test.each([
  ['/org/acme/secret?filter=x', '/org/acme/secret?filter=x'],
  [null, '/org'],
  ['', '/org'],
  ['//evil.example/x', '/org'],
  ['//', '/org'],
  ['/\\evil.example', '/org'],
  ['https://evil.example/', '/org'],
  ['/.//evil.example/x', '/evil.example/x'],
  ['/login?from=/org', '/org'],
])('after signing in, %s leads to %s', (from, expected) => {
  expect(returnAddress(from)).toBe(expected)
})

test.each([
  ['#/org/acme/secret/git-key/settings', '/org/acme/secret/git-key/settings'],
  ['#/org/acme/secret/_new', '/org/acme/new-secret'],
  ['#/login?useApiKey=true&from=/org', '/login?useApiKey=true&from=/org'],
  ['#//evil.example/x', '/x'],
  ['#/.//evil.example/x', '/evil.example/x'],
  ['#content', undefined],
  ['#//', undefined],
  ['', undefined],
])('the address %s of Concord’s own console is our %s', (hash, expected) => {
  expect(fromConcordConsole(hash)).toBe(expected)
})
