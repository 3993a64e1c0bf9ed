import { expect, test } from 'vitest'
import { grantItems } from './items.ts'

test('teams of the same name are told apart by their organization, where it is known', () => {
  const grant = (teamId: string) => ({ teamId, teamName: 'default', level: 'READER' as const })
  const team = (id: string, orgName: string) => ({ id, orgId: orgName, orgName, name: 'default' })
  const grants = [grant('t1'), grant('t2'), grant('t3')]
  expect(grantItems(grants, 'acme', [team('t1', 'acme'), team('t2', 'platform')])).toEqual([
    { id: 't1', text: 'default (READER)' },
    { id: 't3', text: 'default of another organization (READER)' },
    { id: 't2', text: 'default of platform (READER)' },
  ])
  expect(grantItems([grant('t1')], 'acme', undefined)).toEqual([{ id: 't1', text: 'default (READER)' }])
})
