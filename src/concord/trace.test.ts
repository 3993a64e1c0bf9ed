import { expect, test } from 'vitest'
import type { AuditAction, AuditEntry } from '#api/types.ts'
import { clueIn } from './trace.ts'

const entry = (minute: number, action: AuditAction, details: Record<string, unknown>): AuditEntry => ({
  entryDate: `2026-08-21T12:0${minute}:00.000Z`,
  object: 'SECRET',
  action,
  details: { secretId: 's1', orgId: 'o1', ...details },
})
const named = (wanted: string) => (details: Record<string, unknown>) => details.name === wanted

test('a move says where to, under the name it got there', () => {
  const moved = entry(1, 'UPDATE', {
    name: 'git-key',
    changes: { new: { orgId: 'o2', orgName: 'platform', name: 'acme-git-key' } },
  })
  expect(clueIn([moved], 'acme', named('git-key'))).toEqual({
    what: 'moved',
    entry: moved,
    secretId: 's1',
    to: { orgName: 'platform', secretName: 'acme-git-key' },
  })
})

test('a rename stays in the organization; other changes say nothing', () => {
  const renamed = entry(1, 'UPDATE', { name: 'git-key', changes: { new: { name: 'deploy-key' } } })
  const madePublic = entry(2, 'UPDATE', { name: 'git-key', changes: { new: { visibility: 'PUBLIC' } } })
  expect(clueIn([renamed, madePublic], 'acme', named('git-key'))).toMatchObject({
    what: 'renamed',
    to: { orgName: 'acme', secretName: 'deploy-key' },
  })
})

test('the newest secret of that name counts, in whatever order the entries come', () => {
  const renamed = entry(1, 'UPDATE', { name: 'git-key', changes: { new: { name: 'old' } } })
  const deleted = entry(2, 'DELETE', { name: 'git-key', secretId: 's2' })
  expect(clueIn([renamed, deleted], 'acme', named('git-key'))).toMatchObject({ what: 'deleted', secretId: 's2' })
})

test('the newest is found in whatever way the server writes its offset', () => {
  const at = (entryDate: string, found: AuditEntry): AuditEntry => ({ ...found, entryDate })
  const renamed = entry(0, 'UPDATE', { name: 'git-key', changes: { new: { name: 'old' } } })
  const deleted = entry(0, 'DELETE', { name: 'git-key', secretId: 's2' })
  const before = at('2026-08-21T12:30:00.000+01', renamed)
  const after = at('2026-08-21T12:00:00.000Z', deleted)
  expect(clueIn([before, after], 'acme', named('git-key'))).toMatchObject({ what: 'deleted' })
  expect(clueIn([after, before], 'acme', named('git-key'))).toMatchObject({ what: 'deleted' })
})

test('nothing is made up from entries that do not say which secret', () => {
  const bare: AuditEntry = { entryDate: '2026-08-21T12:00:00.000Z', object: 'SECRET', action: 'DELETE', details: {} }
  const access = entry(1, 'UPDATE', { access: { replace: true, teams: [] } })
  expect(clueIn([bare, access], 'acme', () => true)).toBeUndefined()
})
