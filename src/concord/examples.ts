import type { Secret } from '#api/types.ts'
import type { RightFacts } from './rights.ts'

/** For unit tests: a private secret of olga's in acme. */
export const exampleSecret = (changes: Partial<Secret> = {}): Secret => ({
  id: 's1',
  name: 'git-key',
  orgId: 'o1',
  orgName: 'acme',
  type: 'KEY_PAIR',
  storeType: 'concord',
  encryptedBy: 'SERVER_KEY',
  visibility: 'PRIVATE',
  owner: { id: 'u1', username: 'olga' },
  projects: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  ...changes,
})

/** What alice, a member of the team devs of acme, knows of her rights to that secret. */
export const exampleFacts = (changes: Partial<RightFacts> = {}): RightFacts => ({
  secret: exampleSecret(),
  whoami: { username: 'alice', displayName: 'Alice', realm: 'internal', orgs: [{ id: 'o1', name: 'acme' }] },
  userInfo: { id: 'u2', displayName: 'Alice', teams: [{ orgName: 'acme', teamName: 'devs', role: 'MEMBER' }] },
  org: { id: 'o1', name: 'acme', visibility: 'PUBLIC', owner: { username: 'boss' } },
  access: [],
  teams: [{ id: 't1', orgId: 'o1', orgName: 'acme', name: 'devs' }],
  ...changes,
})
