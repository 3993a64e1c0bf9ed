import { expect, test } from 'vitest'
import { pick, shuffle } from './random.ts'

test('picks every character of a set about equally often', () => {
  const counts: Record<string, number> = {}
  for (let i = 0; i < 8000; i++) {
    const character = pick('abcd')
    counts[character] = (counts[character] ?? 0) + 1
  }
  expect(Object.keys(counts).sort().join('')).toBe('abcd')
  // Ten standard deviations: chance cannot explain that.
  for (const count of Object.values(counts)) expect(Math.abs(count - 2000)).toBeLessThan(390)
})

test('produces every order about equally often, and does not change the original', () => {
  const original = ['a', 'b', 'c']
  const counts: Record<string, number> = {}
  for (let i = 0; i < 6000; i++) {
    const order = shuffle(original).join('')
    counts[order] = (counts[order] ?? 0) + 1
  }
  expect(original).toEqual(['a', 'b', 'c'])
  expect(Object.keys(counts).sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
  for (const count of Object.values(counts)) expect(Math.abs(count - 1000)).toBeLessThan(290)
})
