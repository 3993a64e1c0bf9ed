// @vitest-environment happy-dom
import { createRoot } from 'react-dom/client'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { expect, test, vi } from 'vitest'
import { ApiError, kindOf } from '#api/ApiError.ts'
import { RouteError } from './RouteError.tsx'

vi.setConfig({ testTimeout: 30_000 })

/** The text in place of a page whose loader failed. */
async function shownFor(error: ApiError) {
  const loader = () => {
    throw error
  }
  const routes = [{ path: '/', loader, Component: () => null, ErrorBoundary: RouteError }]
  const root = createRoot(document.body.appendChild(document.createElement('div')))
  root.render(<RouterProvider router={createMemoryRouter(routes)} />)
  const text = await vi.waitFor(() => {
    const { textContent } = document.body
    expect(textContent).toContain('Try again')
    return textContent
  }, 15_000)
  root.unmount()
  return text
}

test('a limit says when to try again', async () => {
  const text = await shownFor(new ApiError(429, kindOf(429), 'You sent too many requests.', 3))
  expect(text).toContain('Too many requests')
  expect(text).toContain('Try again in 3 seconds.')
  expect(text).toContain('You sent too many requests.')
})

test('a full disk is called that', async () => {
  const text = await shownFor(new ApiError(507, kindOf(507), "The server's disk is full. Nothing was changed."))
  expect(text).toContain('The server’s disk is full')
  expect(text).toContain('Ask an administrator to free space.')
})
