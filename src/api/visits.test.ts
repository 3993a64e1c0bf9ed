// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest'
import { session } from './sessionOver.ts'
import { forgetVisit, noteVisit, visitedOrganizations } from './visits.ts'

const signIn = (username: string) => session.set({ username, displayName: username })

beforeEach(() => {
  session.set(undefined)
  signIn('alice')
})

test('the last one is first, each is there once, and five are kept', () => {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'b']) noteVisit(name)
  expect(visitedOrganizations()).toEqual(['b', 'f', 'e', 'd', 'c'])
  forgetVisit('e')
  expect(visitedOrganizations()).toEqual(['b', 'f', 'd', 'c'])
})

test('they are forgotten at sign-out, and are not another user’s', () => {
  noteVisit('acme')
  signIn('bob')
  expect(visitedOrganizations()).toEqual([])
  expect(localStorage).toHaveLength(0)
  noteVisit('acme')
  session.set(undefined)
  expect(localStorage).toHaveLength(0)
})

test('a reload is no sign-out', () => {
  noteVisit('acme')
  signIn('alice')
  expect(visitedOrganizations()).toEqual(['acme'])
})
