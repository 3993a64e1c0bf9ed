import { expect, test } from 'vitest'
import { Guessing } from './guessing.ts'

const ADDRESS = '192.0.2.7'
const refused = (guessing: Guessing, name: string, address = ADDRESS) => {
  try {
    guessing.refuse(name, address)
    return undefined
  } catch (error) {
    return (error as Error).message.replace(/ Try again in \d+ s\.$/, '')
  }
}

test('200 failures of one address are enough for all names there, whoever succeeds in between', () => {
  const guessing = new Guessing()
  for (let i = 0; i < 199; i++) guessing.failed([`name-${i}`], ADDRESS)
  guessing.succeeded(['ann'], ADDRESS)
  expect(refused(guessing, 'ann')).toBeUndefined()
  guessing.failed(['one more'], ADDRESS)
  expect(refused(guessing, 'ann')).toBe('Too many failed sign-ins from this address.')
  expect(refused(guessing, 'ann', '192.0.2.8')).toBeUndefined()
})

test.each(['127.0.0.1', '::1'])('%s may be a proxy for everybody: only its names are counted', (address) => {
  const guessing = new Guessing()
  for (let i = 0; i < 300; i++) guessing.failed([`name-${i}`], address)
  expect(refused(guessing, 'ann', address)).toBeUndefined()
  for (let i = 0; i < 20; i++) guessing.failed(['ann'], address)
  expect(refused(guessing, 'ann', address)).toBe('Too many failed sign-ins for this user.')
})

test('one failure counts for each of its names, but once for the address', () => {
  const guessing = new Guessing()
  for (let i = 0; i < 20; i++) guessing.failed([`spelling-${i}`, 'dn:cn=ann'], ADDRESS)
  expect(refused(guessing, 'dn:cn=ann')).toBe('Too many failed sign-ins for this user.')
  expect(refused(guessing, 'bob')).toBeUndefined()
  guessing.succeeded(['dn:cn=ann'], ADDRESS)
  expect(refused(guessing, 'dn:cn=ann')).toBeUndefined()
})
