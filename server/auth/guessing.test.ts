import { expect, test } from 'vitest'
import { Guessing } from './guessing.ts'

const ADDRESS = '192.0.2.7'
const MINUTE = 60_000

function guessingAt(start = 0) {
  const clock = { now: start }
  const guessing = new Guessing(() => clock.now)
  /** The refusal of an attempt, if there is one. */
  const refused = (name: string, address = ADDRESS) => {
    try {
      guessing.from(address).refuse(name)
      return undefined
    } catch (error) {
      return (error as Error).message.replace(/ Try again in \d+ s\.$/, '')
    }
  }
  const secondsToWait = (name: string, address: string) => {
    try {
      guessing.from(address).refuse(name)
      return 0
    } catch (error) {
      return Number((error as { headers: Record<string, string> }).headers['Retry-After'])
    }
  }
  return { clock, guessing, refused, secondsToWait }
}

const OF_USER = 'Too many failed sign-ins for this user.'
const OF_ADDRESS = 'Too many failed sign-ins from this address.'

test('after 200 failures from one address, all names are blocked there, despite successes in between', () => {
  const { guessing, refused } = guessingAt()
  for (let i = 0; i < 199; i++) guessing.from(ADDRESS).failed([`name-${i}`])
  guessing.from(ADDRESS).succeeded(['ann'])
  expect(refused('ann')).toBeUndefined()
  guessing.from(ADDRESS).failed(['one more'])
  expect(refused('ann')).toBe(OF_ADDRESS)
  expect(refused('ann', '192.0.2.8')).toBeUndefined()
})

test.each(['127.0.0.1', '::1'])('%s may be a proxy for everybody: counts only per name', (address) => {
  const { guessing, refused } = guessingAt()
  for (let i = 0; i < 300; i++) guessing.from(address).failed([`name-${i}`])
  expect(refused('ann', address)).toBeUndefined()
  for (let i = 0; i < 20; i++) guessing.from(address).failed(['ann'])
  expect(refused('ann', address)).toBe(OF_USER)
})

test('a failure counts for each of its names, but once for the address', () => {
  const { guessing, refused } = guessingAt()
  for (let i = 0; i < 20; i++) guessing.from(ADDRESS).failed([`spelling-${i}`, 'dn:cn=ann'])
  expect(refused('dn:cn=ann')).toBe(OF_USER)
  expect(refused('bob')).toBeUndefined()
  guessing.from(ADDRESS).succeeded(['dn:cn=ann'])
  expect(refused('dn:cn=ann')).toBeUndefined()
})

test('the addresses of an IPv6 network count together: 20 for a name, 200 for all', () => {
  const { guessing, refused } = guessingAt()
  for (let i = 0; i < 20; i++) guessing.from(`2001:db8:1:2:${i}::${i}`).failed(['ann'])
  expect(refused('ann', '2001:db8:1:2:ffff::1')).toBe(OF_USER)
  expect(refused('bob', '2001:db8:1:2:ffff::1')).toBeUndefined()
  expect(refused('ann', '2001:db8:1:3::1')).toBeUndefined()
  for (let i = 0; i < 180; i++) guessing.from(`2001:db8:1:2::${i}`).failed([`name-${i}`])
  expect(refused('bob', '2001:db8:1:2:ffff::1')).toBe(OF_ADDRESS)
})

test('the networks of an IPv6 site together have three times the limits', () => {
  const { guessing, refused } = guessingAt()
  for (let i = 0; i < 59; i++) guessing.from(`2001:db8:1:${i}::1`).failed(['ann'])
  expect(refused('ann', '2001:db8:1:ffff::1')).toBeUndefined()
  guessing.from('2001:db8:1:59::1').failed(['ann'])
  expect(refused('ann', '2001:db8:1:ffff::1')).toBe(OF_USER)
  expect(refused('ann', '2001:db8:2::1')).toBeUndefined()
  for (let i = 0; i < 540; i++) guessing.from(`2001:db8:1:${i}::1`).failed([`name-${i}`])
  expect(refused('bob', '2001:db8:1:ffff::1')).toBe(OF_ADDRESS)
  expect(refused('bob', '2001:db8:2::1')).toBeUndefined()
})

test('IPv4 addresses count separately', () => {
  const { guessing, refused } = guessingAt()
  for (let i = 0; i < 20; i++) guessing.from('192.0.2.1').failed(['ann'])
  expect(refused('ann', '192.0.2.1')).toBe(OF_USER)
  expect(refused('ann', '192.0.2.2')).toBeUndefined()
})

test('after 100 failures in an hour from everywhere, strangers are queued; known networks are not affected', () => {
  const { clock, guessing, refused, secondsToWait } = guessingAt()
  guessing.from('203.0.113.1').succeeded(['ann'])
  for (let i = 0; i < 100; i++) guessing.from(`198.51.100.${i}`).failed(['ann'])
  // The first attempt is free again, then there is one every 36 seconds.
  expect(secondsToWait('ann', '198.51.100.1')).toBe(0)
  expect(secondsToWait('ann', '198.51.100.2')).toBe(36)
  expect(secondsToWait('ann', '198.51.100.3')).toBe(72)
  // Ann gets her turn from a new network, whatever the others do.
  expect(secondsToWait('ann', '203.0.113.2')).toBe(108)
  clock.now += MINUTE
  for (let i = 0; i < 50; i++) refused('ann', '198.51.100.1')
  clock.now += MINUTE
  expect(secondsToWait('ann', '203.0.113.2')).toBe(0)
  expect(refused('ann', '203.0.113.1')).toBeUndefined()
  expect(refused('bob', '198.51.100.3')).toBeUndefined()
  // Nor for Ann where she has a session.
  for (let i = 0; i < 5; i++) expect(() => guessing.ofSession('198.51.100.3').refuse('ann')).not.toThrow()
})

test('an attempt admitted as a turn is still admitted when checked again', () => {
  const { guessing } = guessingAt()
  const tries = ['198.51.100.201', '198.51.100.202'].map((address) => guessing.from(address))
  for (const { refuse } of tries) expect(() => refuse('ann')).not.toThrow()
  // Failures of the others in the meantime: they came concurrently and were all admitted.
  for (let i = 0; i < 100; i++) guessing.from(`198.51.100.${i}`).failed(['ann'])
  const [first, second] = tries
  for (let i = 0; i < 3; i++) expect(() => first?.refuse('ann')).not.toThrow()
  expect(() => second?.refuse('ann')).toThrow(OF_USER)
})
