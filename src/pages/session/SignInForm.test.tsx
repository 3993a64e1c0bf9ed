// @vitest-environment happy-dom
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '#api/ApiError.ts'
import { SignInForm } from './SignInForm.tsx'

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)

let root: Root
let place: HTMLElement
const signIn = vi.fn()

beforeEach(async () => {
  signIn.mockReset()
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
  await act(async () => root.render(<SignInForm isPage onSignIn={signIn} />))
})
afterEach(async () => {
  await act(async () => root.unmount())
  place.remove()
})

const input = (name: string) => place.querySelector<HTMLInputElement>(`input[name=${name}]`)
const press = (label: string) =>
  act(async () => place.querySelector<HTMLElement>(`button[aria-label="${label}"]`)?.click())
const chooseKey = () => act(async () => place.querySelector<HTMLElement>('input[value=apiKey]')?.click())

test.each([
  ['password', 'Show password', async () => {}],
  ['apiKey', 'Show API key', chooseKey],
])('the %s is hidden, shown while asked for, and keeps what was typed', async (name, label, choose) => {
  await choose()
  expect(input(name)?.type).toBe('password')
  if (input(name)) (input(name) as HTMLInputElement).value = 'typed'
  await press(label)
  expect(input(name)?.type).toBe('text')
  expect(input(name)?.value).toBe('typed')
  await press(label)
  expect(input(name)?.type).toBe('password')
})

test('password managers may fill in both, and nothing keeps anybody from pasting', () => {
  expect(input('username')?.autocomplete).toBe('username')
  expect(input('password')?.autocomplete).toBe('current-password')
  for (const name of ['username', 'password']) {
    const paste = new Event('paste', { bubbles: true, cancelable: true })
    expect(input(name)?.dispatchEvent(paste)).toBe(true)
  }
})

test('what was refused is selected, so that typing replaces it', async () => {
  signIn.mockRejectedValue(new ApiError(401, 'unauthorized', ''))
  const password = input('password') as HTMLInputElement
  ;(input('username') as HTMLInputElement).value = 'ann'
  password.value = 'wrong'
  await act(async () => place.querySelector('form')?.requestSubmit())
  expect(signIn).toHaveBeenCalledWith({ username: 'ann', password: 'wrong' }, false)
  expect(document.activeElement).toBe(password)
  expect(place.textContent).toContain('Wrong username or password.')
})
