// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const alice = { username: 'alice', displayName: 'Alice' }
const bob = { username: 'bob', displayName: 'Bob' }
const move = (secretId: string) => ({
  secretId,
  from: { orgName: 'acme', secretName: 'git-key' },
  to: { orgName: 'platform', secretName: 'git-key' },
  repositories: [{ id: 'r1', text: 'web › site' }],
  complete: true,
  total: 1,
  hidden: undefined,
  hiddenProjects: [{ id: 'hidden', text: 'hidden' }],
  projects: [],
})

/** The modules as a page has them that was just loaded. */
async function loadPage() {
  vi.resetModules()
  const { session } = await import('#api/sessionOver.ts')
  await import('#api/tabMemory.ts')
  return { session, loadSecretPage: () => import('./moves.ts') }
}

beforeEach(() => sessionStorage.clear())
afterEach(() => sessionStorage.clear())

test('what each move has left to do stays over a new sign-in and a reload, until it is dismissed', async () => {
  const first = await loadPage()
  first.session.set(alice)
  const moves = await first.loadSecretPage()
  moves.addMove(move('s1'))
  moves.addMove(move('s2'))
  first.session.set({ ...alice })
  expect(moves.findMove('s1')).toEqual(move('s1'))

  const second = await loadPage()
  const again = await second.loadSecretPage()
  second.session.set({ ...alice })
  expect(again.findMove('s1')).toEqual(move('s1'))
  again.dismissMove('s1')
  expect(again.findMove('s1')).toBeUndefined()
  expect(again.findMove('s2')).toEqual(move('s2'))
})

test('another user does not see it: not on the same page, not after a sign-out, not after a reload', async () => {
  const first = await loadPage()
  first.session.set(alice)
  const moves = await first.loadSecretPage()
  moves.addMove(move('s1'))
  first.session.set(bob)
  expect(moves.findMove('s1')).toBeUndefined()
  expect(JSON.stringify({ ...sessionStorage })).not.toContain('site')

  first.session.set(alice)
  moves.addMove(move('s1'))
  // She signs out on a page that was just loaded and has not shown a secret.
  const second = await loadPage()
  second.session.set(alice)
  second.session.set(undefined)
  expect({ ...sessionStorage }).toEqual({})

  second.session.set(alice)
  ;(await second.loadSecretPage()).addMove(move('s1'))
  const third = await loadPage()
  // The page's code may come before the answer that says who is signed in.
  const early = await third.loadSecretPage()
  third.session.set(bob)
  expect(early.findMove('s1')).toBeUndefined()
})
