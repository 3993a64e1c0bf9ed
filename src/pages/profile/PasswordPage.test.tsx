// @vitest-environment happy-dom
import { QueryClientProvider } from '@tanstack/react-query'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { passwordQuery } from '#api/password.ts'
import { queryClient } from '#api/queryClient.ts'
import { whoamiQuery } from '#api/session.ts'
import { PasswordPage } from './PasswordPage.tsx'

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)

let root: Root
let place: HTMLElement

beforeEach(async () => {
  queryClient.setQueryData(whoamiQuery.queryKey, { username: 'ann', displayName: 'Ann' })
  queryClient.setQueryData(passwordQuery.queryKey, { changeable: true, rule: 'The rule.' })
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
  const loader = () => ({ hasPage: true })
  const router = createMemoryRouter([{ path: '/', Component: PasswordPage, loader, hydrateFallbackElement: <p /> }])
  await act(async () =>
    root.render(
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>,
    ),
  )
  await vi.waitFor(() => expect(input('newPassword')).not.toBeNull(), 15_000)
})
afterEach(async () => {
  await act(async () => root.unmount())
  place.remove()
  queryClient.clear()
})

const input = (name: string) => place.querySelector<HTMLInputElement>(`input[name=${name}]`)

/** Types as React notices it: through the element's own setter and an event. */
function type(name: string, value: string) {
  return act(async () => {
    const field = input(name)
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, value)
    field?.dispatchEvent(new Event('input', { bubbles: true }))
  })
}

test('says how strong a new password is while it is typed', async () => {
  const meter = () => place.querySelector('meter')
  expect(meter()).toBeNull()
  await type('newPassword', 'password2026')
  expect(meter()?.getAttribute('value')).toBe('1')
  expect(place.textContent).toContain('Weak: longer is stronger')
  await type('newPassword', 'correct horse battery staple')
  expect(meter()?.getAttribute('value')).toBe('3')
  expect(place.textContent).toContain('Good')
  expect(place.textContent).not.toContain('longer is stronger')
  await type('newPassword', '')
  expect(meter()).toBeNull()
})

test('what is typed is in the inputs only', async () => {
  await type('newPassword', 'correct horse battery staple')
  expect(place.innerHTML).not.toContain('battery staple')
  expect(
    JSON.stringify([
      queryClient
        .getQueryCache()
        .getAll()
        .map(({ state }) => state.data),
    ]),
  ).not.toContain('battery')
})
