import { expect, test } from 'vitest'
import { includes, scopeChange, scopeOf } from './scope.ts'

const web = { id: 'p1', name: 'web' }
const api = { id: 'p2', name: 'api' }
const ops = { id: 'p3', name: 'ops' }

test('no projects at all means every project', () => {
  expect(scopeOf({ projects: [] })).toBeNull()
  expect(includes(null, 'web')).toBe(true)
  expect(includes([api], 'web')).toBe(false)
})

test('the order of projects is no change', () => {
  expect(scopeChange([web, api], [api, web]).kind).toBe('same')
  expect(scopeChange(null, null).kind).toBe('same')
})

test('removing a project is narrower, also while another one is added', () => {
  expect(scopeChange([web, ops, api], [ops])).toEqual({ kind: 'narrower', lost: [api, web], gained: [] })
  expect(scopeChange([web], [api])).toEqual({ kind: 'narrower', lost: [web], gained: [api] })
})

test('limiting a secret of every project is narrower, though no loser has a name', () => {
  expect(scopeChange(null, [web])).toEqual({ kind: 'narrower', lost: 'all others', gained: [] })
})

test('more projects, or all of them, is wider', () => {
  expect(scopeChange([web], [web, api])).toEqual({ kind: 'wider', lost: [], gained: [api] })
  expect(scopeChange([web], null)).toEqual({ kind: 'wider', lost: [], gained: 'all' })
})
