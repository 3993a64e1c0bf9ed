// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest'
import { applyTheme, chooseTheme, chosenTheme } from './theme.ts'

beforeEach(() => {
  localStorage.clear()
  document.head.innerHTML = ['light', 'dark']
    .map((theme) => `<meta name="theme-color" media="(prefers-color-scheme: ${theme})">`)
    .join('')
})

const scheme = () => document.documentElement.style.colorScheme
const media = () => [...document.querySelectorAll('meta')].map((meta) => meta.media)
const SYSTEM = ['(prefers-color-scheme: light)', '(prefers-color-scheme: dark)']

test('follows the system until a theme is chosen', () => {
  applyTheme()
  expect(chosenTheme()).toBeUndefined()
  expect([scheme(), media()]).toEqual(['', SYSTEM])
})

test('remembers a choice, for the page and the browser’s own bar', () => {
  chooseTheme('dark')
  document.documentElement.style.colorScheme = ''
  applyTheme()
  expect(chosenTheme()).toBe('dark')
  expect([scheme(), media()]).toEqual(['dark', ['not all', 'all']])
  chooseTheme('light')
  expect([scheme(), media()]).toEqual(['light', ['all', 'not all']])
  chooseTheme(undefined)
  expect(chosenTheme()).toBeUndefined()
  expect([scheme(), media()]).toEqual(['', SYSTEM])
})

test('ignores a stored theme that it does not know', () => {
  localStorage.setItem('concord-secrets theme', 'sepia')
  applyTheme()
  expect(scheme()).toBe('')
})

test('applies a choice that cannot be stored', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('blocked', 'SecurityError')
  })
  chooseTheme('dark')
  expect(scheme()).toBe('dark')
})
