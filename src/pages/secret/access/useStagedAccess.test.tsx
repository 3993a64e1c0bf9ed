// @vitest-environment happy-dom
import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { createRoot, type Root } from 'react-dom/client'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { queryClient } from '#api/queryClient.ts'
import { secretAccessQuery } from '#api/secrets.ts'
import type { ResourceAccess } from '#api/types.ts'
import { unreachable } from '#api/unreachable.ts'
import { exampleSecret } from '#concord/examples.ts'
import { StatusRegion } from '#ui/StatusMessage.tsx'
import { useStagedAccess } from './useStagedAccess.ts'

/** With a long time-out: the machine may be busy. */
const until = (check: () => void) => vi.waitFor(check, 15_000)
vi.setConfig({ testTimeout: 30_000 })

const secret = exampleSecret()
const query = secretAccessQuery({ orgName: 'acme', secretName: 'git-key' })
const devs = (level: ResourceAccess['level']): ResourceAccess => ({ teamId: 't1', teamName: 'devs', level })
const ops = (level: ResourceAccess['level']): ResourceAccess => ({ teamId: 't2', teamName: 'ops', level })

/** What the server has. */
let grants: ResourceAccess[]
/** What becomes of the next request that changes it. */
let fate: 'answered' | 'applied, but the answer is lost' | 'lost' | 'not sent'
/** The teams of the organization. */
let teams: { id: string; name: string }[]
let sent: number
let staging: ReturnType<typeof useStagedAccess>
let page: HTMLElement
let root: Root

function Page() {
  const { data = [] } = useQuery(query)
  staging = useStagedAccess(secret, data, () => {})
  return <StatusRegion />
}

beforeEach(async () => {
  fate = 'answered'
  sent = 0
  grants = [devs('READER')]
  teams = [
    { id: 't1', name: 'devs' },
    { id: 't2', name: 'ops' },
  ]
  vi.stubGlobal('fetch', async (path: string, { method, body }: RequestInit) => {
    if (fate === 'not sent') throw new TypeError('network')
    if (path.endsWith('/team')) return Response.json(teams)
    if (method === 'GET') return Response.json(grants)
    sent += 1
    const wanted: ResourceAccess[] = JSON.parse(String(body))
    // As Concord's database refuses it.
    if (!wanted.every(({ teamId }) => teams.some(({ id }) => id === teamId)))
      return new Response('ERROR: org.jooq.exception.DataException: SQL [insert into secret_team_access]', {
        status: 500,
      })
    if (fate !== 'lost') grants = wanted
    if (fate !== 'answered') throw new TypeError('network')
    return Response.json({ ok: true })
  })
  page = document.createElement('div')
  root = createRoot(page)
  const router = createMemoryRouter([{ path: '*', Component: Page }])
  root.render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  )
  await until(() => expect(page.querySelector('.status-region')).not.toBeNull())
  await until(() => expect(staging.staged.base).toEqual(grants))
  staging.edit([{ team: { teamId: 't1', teamName: 'devs' }, level: 'OWNER' }])
  await until(() => expect(staging.staged.edits).toHaveProperty('t1'))
})

afterEach(() => {
  root.unmount()
  queryClient.clear()
  unreachable.set(undefined)
  vi.unstubAllGlobals()
})

/** The server answers again, so the page is read again. */
function comeBack() {
  fate = 'answered'
  unreachable.set(undefined)
}

test('a save whose answer was lost is found when the server is back, and is not blamed on somebody else', async () => {
  fate = 'applied, but the answer is lost'
  staging.save.mutate()
  await until(() => expect(staging.save.lostAnswer).toBeDefined())
  comeBack()
  const blamed: unknown[] = []
  await until(() => {
    blamed.push(...staging.theirs)
    expect(staging.staged).toEqual({ base: [{ teamId: 't1', level: 'OWNER' }], edits: {} })
  })
  expect(blamed).toEqual([])
  expect(page.textContent).toContain('Access to “git-key” changed.')
  expect(sent).toBe(1)
})

test('one that did not arrive keeps what was staged', async () => {
  fate = 'lost'
  staging.save.mutate()
  await until(() => expect(staging.save.lostAnswer).toBeDefined())
  comeBack()
  await until(() =>
    expect(staging.save.lostAnswer?.outcome).toBe('Access was not changed as you wanted. Your changes are still here.'),
  )
  expect(staging.staged.edits).toEqual({ t1: { teamName: 'devs', level: 'OWNER' } })
})

test('without the reading before nothing is sent, and no answer counts as lost', async () => {
  fate = 'not sent'
  staging.save.mutate()
  await until(() =>
    expect(staging.save.error?.message).toBe(
      'The server is not responding. Nothing was sent. Send it again when it is back.',
    ),
  )
  expect(staging.save.lostAnswer).toBeUndefined()
})

test('what somebody else did meanwhile is theirs, unless it is the same', async () => {
  grants = [devs('READER'), ops('WRITER')]
  await queryClient.invalidateQueries(query)
  await until(() => expect(staging.theirs.map(({ teamName }) => teamName)).toEqual(['ops']))

  grants = [devs('OWNER')]
  await queryClient.invalidateQueries(query)
  await until(() => expect(staging.theirs).toEqual([]))
  staging.save.mutate()
  await until(() => expect(staging.staged.edits).toEqual({}))
  expect(sent).toBe(0)
})

test('a team that was deleted meanwhile is named and taken out, and the rest is saved', async () => {
  staging.edit([{ team: { teamId: 't2', teamName: 'ops' }, level: 'READER' }])
  await until(() => expect(staging.staged.edits).toHaveProperty('t2'))
  teams = [{ id: 't1', name: 'devs' }]
  staging.save.mutate()
  await until(() =>
    expect(staging.save.error?.message).toBe(
      'The team “ops” was deleted, and is taken out. The rest is still here: send it again.',
    ),
  )
  expect(staging.staged.edits).toEqual({ t1: { teamName: 'devs', level: 'OWNER' } })
  staging.save.mutate()
  await until(() => expect(grants).toEqual([{ teamId: 't1', level: 'OWNER' }]))
})
