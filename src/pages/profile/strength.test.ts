import { expect, test } from 'vitest'
import { STRENGTH_WORDS, strengthOf } from './strength.ts'

test.each([
  ['', 'Weak'],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 'Weak'],
  ['abcdefghijklmnopqrstuvwxyz', 'Weak'],
  ['123456789012345678901234', 'Weak'],
  ['monkeymonkeymonkeymonkey', 'Weak'],
  ['password2026', 'Weak'],
  ['a quiet morning in may', 'Fair'],
  ['tomorrow evening at half nine', 'Good'],
  ['correct horse battery staple', 'Good'],
  ['k7qm-x2fd-9rwt-hn4p', 'Strong'],
  ['correct horse battery staple under the bridge', 'Strong'],
  ['схватка с медведем на рассвете', 'Good'],
] as const)('%s is %s', (password, words) => {
  expect(STRENGTH_WORDS[strengthOf(password)]).toBe(words)
})

test('one more character never makes it weaker', () => {
  const password = 'tomorrow 7 evenings at nine-thirty, under the old bridge'
  const steps = Array.from({ length: password.length + 1 }, (_, i) => strengthOf(password.slice(0, i)))
  expect(steps).toEqual([...steps].sort())
})
