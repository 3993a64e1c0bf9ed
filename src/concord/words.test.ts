import { expect, test } from 'vitest'
import { count, grantsDo, listed, repositoriesUseIt } from './words.ts'

const use = (name: string) => ({
  projectName: 'web',
  repository: { id: name, projectId: 'p1', name, url: 'git@x', disabled: false, triggersDisabled: false },
})

test('numbers and lists', () => {
  expect(count(1, 'project')).toBe('1 project')
  expect(count(2_000, 'repository', 'repositories')).toBe('2,000 repositories')
  const stay = (access: unknown[] | undefined) => grantsDo(access, { one: 'stays', many: 'stay' })
  expect([undefined, [], [1], [1, 2]].map(stay)).toEqual([
    'grants to teams stay',
    '',
    '1 grant to a team stays',
    '2 grants to teams stay',
  ])
  expect(listed([])).toBe('')
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c')
})

test('a number of repositories is only said when all projects were looked into', () => {
  const usage = { uses: [use('api')], unreadable: [], projectsRead: 1, projectsTotal: 1, complete: true }
  expect(repositoriesUseIt({ ...usage, complete: false })).toBe('repositories may use it')
  expect(repositoriesUseIt(usage)).toBe('1 repository uses it now')
  expect(repositoriesUseIt({ ...usage, uses: [], unreadable: ['x'] })).toBe(
    "no repository that you can see uses it, and 1 project isn't visible to you",
  )
})
