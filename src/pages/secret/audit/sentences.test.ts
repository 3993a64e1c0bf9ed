import { expect, test } from 'vitest'
import type { AuditEntry } from '#api/types.ts'
import { actorOf } from '#concord/words.ts'
import { type Names, plain, sentencesOf, sourceOf, withoutSecrets } from './sentences.ts'

const names: Names = {
  teams: new Map([['t1', 'ops']]),
  projects: new Map([['p1', 'deploy']]),
  orgs: new Map(),
}

const entry = (action: AuditEntry['action'], details: AuditEntry['details'] = {}): AuditEntry => ({
  entryDate: '2026-08-21T12:00:00.000Z',
  object: 'SECRET',
  action,
  details,
  user: { id: 'u1', username: 'alice', displayName: 'Alice' },
})

const told = (action: AuditEntry['action'], details?: AuditEntry['details']) =>
  sentencesOf(entry(action, details), names).map(plain)

const update = (prev: unknown, next: unknown, updated = {}) =>
  told('UPDATE', { orgId: 'o1', name: 'git-key', changes: { prev, new: next, updated } })

test('creation, reading, deletion', () => {
  expect(told('CREATE', { name: 'git-key', type: 'KEY_PAIR', storeType: 'concord' })).toEqual([
    'created it as git-key, a key pair',
  ])
  expect(told('ACCESS', { type: 'DATA', scope: { name: 'apiAccess' } })).toEqual(['read the value'])
  expect(told('ACCESS', { type: 'DATA', scope: { name: 'projectAccess', projectId: 'p1' } })).toEqual([
    'read the value in a process of the project deploy',
  ])
  expect(told('ACCESS', { type: 'KEY_PAIR', scope: { name: 'internal' } })).toEqual([
    'read the public key, or had a repository use the pair',
  ])
  expect(told('DELETE')).toEqual(['deleted it'])
})

test('each change is a sentence of its own', () => {
  expect(update({ name: 'a', visibility: 'PRIVATE' }, { name: 'b', visibility: 'PUBLIC' })).toEqual([
    'renamed it from a to b',
    'made it public',
  ])
  expect(update({ orgId: '1', orgName: 'acme' }, { orgId: '2', orgName: 'platform' })).toEqual([
    'moved it from acme to platform',
  ])
  expect(update({ owner: { id: 'u2', username: 'bob' } }, { owner: { id: 'u1', username: 'alice' } })).toEqual([
    'made alice the owner instead of bob',
  ])
  expect(update(undefined, { lastUpdatedAt: 'x' }, { data: true })).toEqual(['changed the value'])
  expect(update(undefined, { lastUpdatedAt: 'x' }, { password: true })).toEqual(['changed the store password'])
  expect(update({ type: 'KEY_PAIR' }, { type: 'DATA' })).toEqual(['turned it from a key pair into a single value'])
})

test('projects in both spellings of Concord', () => {
  expect(update({ projects: { md5a: { id: 'p1', name: 'deploy' } } }, undefined)).toEqual(['removed it from deploy'])
  expect(
    update({ projects: { a: { id: 'p1', name: 'deploy' } } }, { projects: { b: { id: 'p2', name: 'web' } } }),
  ).toEqual(['allowed it for web, no longer for deploy'])
  expect(update({ projectId: 'p1' }, undefined)).toEqual(['removed it from deploy'])
})

test('access names the teams that are known', () => {
  const teams = [
    { id: 't1', level: 'WRITER' },
    { id: 't2', level: 'READER' },
  ]
  expect(told('UPDATE', { access: { replace: true, teams } })).toEqual(['changed access to ops Writer, t2 Reader'])
  expect(told('UPDATE', { access: { replace: true, teams: [] } })).toEqual(['changed access: no team has any now'])
})

test('unknown changes are said too', () => {
  expect(update({ colour: 'red' }, { colour: { a: 1 } })).toEqual(['changed colour from red to {"a":1}'])
  expect(update(undefined, undefined)).toEqual(['saved it without changing anything'])
  expect(told('UPDATE', undefined)).toEqual(['saved it without changing anything'])
})

test('who and from where', () => {
  expect(actorOf(entry('CREATE'))).toBe('alice')
  const { user: _, ...byNobody } = entry('CREATE')
  expect(actorOf(byNobody)).toBe('the system or a deleted user')
  expect(sourceOf(entry('ACCESS', { requestIp: '10.0.0.7', actionSource: { type: 'UI' } }))).toBe('console, 10.0.0.7')
  expect(sourceOf(entry('ACCESS', { actionSource: { type: 'PROCESS', instanceId: 'abc' } }))).toBe('process abc')
  expect(sourceOf(entry('ACCESS'))).toBe('unknown')
})

test('a value that should never have been logged is not shown', () => {
  expect(withoutSecrets({ updated: { data: true }, deep: [{ storePassword: 'x', name: 'n' }], data: 'AAA' })).toEqual({
    updated: { data: true },
    deep: [{ storePassword: '(hidden)', name: 'n' }],
    data: '(hidden)',
  })
})
