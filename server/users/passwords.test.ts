import { expect, test } from 'vitest'
import { generateUserPassword } from '../vault/password.ts'
import { passwordProblem } from './passwords.ts'

test.each([
  'administrator',
  'PASSWORD1234',
  'password 2026!',
  '!!!dragon!!!!',
  '123password456',
  'monkeymonkey',
  'monkeymonkeymon',
  'Monkey Monkey 12',
  'aaaaaaaaaaaa',
  'abababababab1',
  '123456123456',
  '123456789012',
  'p@ssw0rd12345',
])('rejects %s as too common', async (password) => {
  expect(await passwordProblem('dave', password)).toMatch(/^It is too common/)
})

test.each([
  'correct horse battery',
  'tomorrow evening at nine',
  'схватка с медведем',
  '483905716204',
  'x39485720193',
  'passwords are for people',
])('accepts %s', async (password) => {
  expect(await passwordProblem('dave', password)).toBeUndefined()
})

test('accepts 12 to 128 characters, and counts repeated spaces once', async () => {
  expect(await passwordProblem('dave', '🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔')).toContain('at least 12 characters')
  expect(await passwordProblem('dave', '🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧')).toBeUndefined()
  const long = Array.from({ length: 64 }, (_, i) => `w${i}`).join(' ')
  expect(await passwordProblem('dave', long.slice(0, 128))).toBeUndefined()
  expect(await passwordProblem('dave', long.slice(0, 129))).toContain('at most 128 characters')
  // 128 characters of two UTF-16 units each.
  expect(await passwordProblem('dave', '🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🦉🐝🐢🐙'.repeat(8))).toBeUndefined()
  expect(await passwordProblem('dave', 'blue       owl')).toContain('at least 12 characters')
  expect(await passwordProblem('dave', 'blue  owls  at  six')).toBeUndefined()
})

test('accepts generated ones', async () => {
  for (let i = 0; i < 50; i++) expect(await passwordProblem('alice', generateUserPassword())).toBeUndefined()
})

test('the list starts with the most common ones', async () => {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  const list = dictionary['passwords-common']
  expect(list.length).toBeGreaterThan(10_000)
  expect(list.slice(0, 3)).toEqual(['123456', 'password', '12345678'])
})
