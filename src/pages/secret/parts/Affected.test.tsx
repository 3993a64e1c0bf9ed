// @vitest-environment happy-dom
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { expect, test } from 'vitest'
import { ApiError, kindOf } from '#api/ApiError.ts'
import { UsageFailed } from './Affected.tsx'

function shownFor(status: number, words: string) {
  const page = document.createElement('div')
  const root = createRoot(page)
  flushSync(() => root.render(<UsageFailed error={new ApiError(status, kindOf(status), words)} onRetry={() => {}} />))
  const { textContent } = page
  root.unmount()
  return textContent
}

test('a failed look-up says why, and asks to try again only where that can work', () => {
  const busy = shownFor(429, '')
  expect(busy).toContain('could not be looked up. Too many requests. Try again in 60 seconds.')
  expect(busy).toMatch(/Try again$/)
  const denied = shownFor(403, 'no')
  expect(denied).toContain('You do not have the right to do this. Ask an administrator.')
  expect(denied).toMatch(/The server said: no$/)
})
