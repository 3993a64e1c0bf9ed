import { describe, expect, it } from 'vitest'
import type { Organization, Secret, UserInfo } from '#api/types.ts'
import { isUncertain } from './noAccess.ts'

const whoami = { username: 'bob', displayName: 'Bob' }
const org: Organization = { id: 'o', name: 'acme', visibility: 'PUBLIC', owner: { username: 'alice' } }
const userInfo = (...roles: string[]): UserInfo => ({ id: 'u', displayName: 'Bob', roles })
const secret = (fields: Partial<Secret>) =>
  ({ visibility: 'PRIVATE', owner: { username: 'alice' }, ...fields }) as Secret

describe('isUncertain', () => {
  const reader = { whoami, org, userInfo: userInfo() }

  it('asks about private secrets of others only', () => {
    expect(isUncertain(secret({}), reader)).toBe(true)
    expect(isUncertain(secret({ owner: undefined } as never), reader)).toBe(true)
    expect(isUncertain(secret({ visibility: 'PUBLIC' }), reader)).toBe(false)
    expect(isUncertain(secret({ owner: { username: 'bob' } }), reader)).toBe(false)
    expect(isUncertain(secret({ owner: { username: 'bob', userDomain: 'other' } }), reader)).toBe(true)
  })

  it('asks nothing for those who see everything', () => {
    for (const role of ['concordAdmin', 'concordSystemReader', 'concordSystemWriter'])
      expect(isUncertain(secret({}), { ...reader, userInfo: userInfo(role) })).toBe(false)
    expect(isUncertain(secret({}), { ...reader, org: { ...org, owner: { username: 'bob' } } })).toBe(false)
  })

  it('asks when a server does not report the roles', () => {
    expect(isUncertain(secret({}), { ...reader, userInfo: null })).toBe(true)
  })
})
