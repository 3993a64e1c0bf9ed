import { expect, test } from 'vitest'
import { session } from '#api/sessionOver.ts'
import { lastMove } from './lastMove.ts'

test('what a move has left to do stays over a new sign-in, but not for somebody else', () => {
  const alice = { username: 'alice', displayName: 'Alice' }
  const from = { orgName: 'acme', secretName: 'git-key' }
  session.set(alice)
  lastMove.set({ secretId: 's1', from, to: from, uses: [], complete: true, unreadable: ['hidden'], projects: [] })
  session.set({ ...alice })
  expect(lastMove.get()?.unreadable).toEqual(['hidden'])
  session.set({ username: 'bob', displayName: 'Bob' })
  expect(lastMove.get()).toBeUndefined()
})
