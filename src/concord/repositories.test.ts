import { QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { distrustSecrets, queryClient } from '#api/queryClient.ts'
import { orgRepositoriesQuery } from './repositories.ts'

/** With a long time-out: the machine may be busy. */
const until = (check: () => void) => vi.waitFor(check, 15_000)
vi.setConfig({ testTimeout: 30_000 })

const names = Array.from({ length: 9 }, (_, index) => `project-${index}`)

type Answer = [body: unknown, status?: number]

/** The signals of the requests for a project's repositories, in the order in which they were sent. */
let asked: AbortSignal[]
/** Concord's response about a project; undefined while it is on its way. */
let answerOf: (project: string) => Answer | undefined

beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', (path: string, { signal }: { signal: AbortSignal }) => {
    const project = /\/project\/([^/]+)\/repository/.exec(path)?.[1]
    if (!project) return Promise.resolve(Response.json(names.map((name) => ({ id: name, name }))))
    asked.push(signal)
    const answer = answerOf(project)
    if (answer) return Promise.resolve(Response.json(answer[0], { status: answer[1] ?? 200 }))
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
})

afterEach(() => {
  queryClient.clear()
  vi.unstubAllGlobals()
})

const repositories = (project: string): Answer => [
  [{ id: project, name: 'api', secretId: project === 'project-7' ? 's1' : 's2' }],
]

/** Observes the query as a page does: `seen` returns the current result, `leave` stops observing. */
function look() {
  const observer = new QueryObserver(queryClient, orgRepositoriesQuery({ orgName: 'acme' }))
  const leave = observer.subscribe(() => {})
  return { leave, seen: () => observer.getCurrentResult() }
}

test('a partial result is not served to the next observer', async () => {
  answerOf = (project) => (project === 'project-0' ? repositories(project) : undefined)
  const first = look()
  await until(() => expect(asked).toHaveLength(5))
  await until(() => expect(first.seen().data).toMatchObject({ complete: false, projectsRead: 1 }))
  first.leave()
  expect(asked.slice(1).every((signal) => signal.aborted)).toBe(true)

  answerOf = repositories
  const next = look()
  await until(() => expect(next.seen().data).toMatchObject({ complete: true, projectsRead: 9 }))
  expect(
    next
      .seen()
      .data?.linked.map(({ projectName }) => projectName)
      .sort(),
  ).toEqual(names)
})

test('a project that was deleted meanwhile has no repositories, one that may not be read is named', async () => {
  const others: Record<string, Answer> = {
    'project-1': [[{ id: '*', message: 'Project not found: project-1' }], 400],
    'project-2': ['Project not found: project-2', 404],
    'project-3': ['no', 403],
  }
  answerOf = (project) => others[project] ?? repositories(project)
  const { seen } = look()
  await until(() => expect(seen().data?.complete).toBe(true))
  expect(seen().data?.unreadable).toEqual(['project-3'])
  expect(seen().data?.linked).toHaveLength(6)
})

test('any other refusal leaves the number unknown', async () => {
  answerOf = (project) => (project === 'project-5' ? ['broken', 500] : repositories(project))
  const { seen } = look()
  await until(() => expect(seen().isError).toBe(true))
  expect(seen().data?.complete).not.toBe(true)
})

test('the next secret, and a change of one, find all repositories read', async () => {
  answerOf = repositories
  const first = look()
  await until(() => expect(first.seen().data?.complete).toBe(true))
  first.leave()
  await distrustSecrets()
  const next = look()
  expect(next.seen()).toMatchObject({ isFetching: false, data: { complete: true } })
  expect(asked).toHaveLength(names.length)
})

test('four projects are read at a time, and Stop keeps what was known', async () => {
  answerOf = () => undefined
  const { seen } = look()
  await until(() => expect(asked).toHaveLength(4))
  await queryClient.cancelQueries()
  expect(asked.every((signal) => signal.aborted)).toBe(true)
  expect(seen()).toMatchObject({ isFetching: false, data: undefined })
  expect(asked).toHaveLength(4)
})
