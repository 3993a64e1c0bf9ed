import { expect, test } from 'vitest'
import { exampleFacts, exampleSecret } from './examples.ts'
import { noRight } from './noRight.ts'
import { rightTo } from './rights.ts'

test('strangers are sent to the owner of the organization', () => {
  const facts = exampleFacts({ whoami: { username: 'alice', displayName: 'Alice', orgs: [] } })
  const right = rightTo('WRITER', facts)
  expect(right.verdict).toBe('no')
  expect(noRight('change', right, facts)).toEqual({
    words: 'Only members of acme can change it. Ask boss.',
    request: 'Please add alice to a team of acme, to change the secret acme / git-key:',
  })
  expect(noRight('change', right, { ...facts, org: undefined }).words).toContain('Ask an administrator.')
})

test('members without a grant are sent to the owner of the secret', () => {
  const facts = exampleFacts()
  expect(noRight('change', rightTo('WRITER', facts), facts)).toEqual({
    words: 'Only teams with Writer access can change it. Ask olga.',
    request: 'Please give a team of alice Writer access to the secret acme / git-key:',
  })
  expect(noRight('own', rightTo('OWNER', facts), facts).words).toBe(
    'Only teams with Owner access can delete it or change its owner. Ask olga.',
  )
  expect(noRight('access', rightTo('OWNER', facts), facts).words).toBe(
    'Only teams with Owner access can change who has access. Ask olga.',
  )
})

test('without an owner, the owner of the organization can help', () => {
  const { owner: _, ...ownerless } = exampleSecret()
  const facts = exampleFacts({ secret: ownerless })
  expect(noRight('own', rightTo('OWNER', facts), facts).words).toContain('Ask boss.')
})
