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
  for (const name of ['username', 'password']) expect(paste(name, 'pasted')).toBe(true)
  expect(place.querySelector('[role=alert]')).toBeNull()
})

/** Returns whether the browser goes on to insert the text. */
function paste(name: string, text: string) {
  return insert('paste', name, { clipboardData: { getData: () => text } })
}
function insert(type: string, name: string, data: object) {
  const event = Object.assign(new Event(type, { bubbles: true, cancelable: true }), data)
  return input(name)?.dispatchEvent(event)
}
const said = (role: string) =>
  [...place.querySelectorAll(`[role=${role}]`)].map(({ textContent }) => textContent?.trim())

test.each(['username', 'password'])('two lines pasted as %s: says that they became one', async (name) => {
  await act(async () => paste(name, 'ann\nsesame'))
  expect(said('status')).toEqual(['The 2 lines became one.'])
})

test('two lines dropped: the same', async () => {
  await act(async () => insert('drop', 'username', { dataTransfer: { getData: () => 'ann\nsesame' } }))
  expect(said('status')).toEqual(['The 2 lines became one.'])
})

async function submitKey(apiKey: string) {
  await chooseKey()
  ;(input('apiKey') as HTMLInputElement).value = apiKey
  await act(async () => place.querySelector('form')?.requestSubmit())
}

test.each([
  ['\u200b', 'an invisible character'],
  ['\u2013', '“\u2013”'],
  ['\u00e9', '“\u00e9”'],
])('an API key with a character no header takes (%j) is not sent, and the field says why', async (character, named) => {
  await submitKey(` Zm9v${character}YmFy`)
  expect(said('alert')).toEqual([`An API key can’t contain ${named} (character 5). Copy the key again.`])
  expect(signIn).not.toHaveBeenCalled()
  expect(document.activeElement).toBe(input('apiKey'))
})

test('blanks and invisible characters around an API key or a username are taken off, none around a password', async () => {
  await submitKey('\ufeff Zm9v\u200b')
  expect(signIn).toHaveBeenCalledWith({ apiKey: 'Zm9v' }, false)
  await act(async () => place.querySelector<HTMLElement>('input[value=password]')?.click())
  ;(input('username') as HTMLInputElement).value = '\u200bann '
  ;(input('password') as HTMLInputElement).value = ' se\u200b '
  await act(async () => place.querySelector('form')?.requestSubmit())
  expect(signIn).toHaveBeenLastCalledWith({ username: 'ann', password: ' se\u200b ' }, false)
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
