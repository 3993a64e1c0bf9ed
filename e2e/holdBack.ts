import type { Page, Route } from '@playwright/test'

type Options = {
  /** Answers a request once it is released: really, unless the story needs what our server never says. */
  answer?: (route: Route) => Promise<void>
}

/**
 * Holds the browser's requests to an address back until the returned function is called. They are real requests: a server
 * cannot be slowed down for one of them, and only so can it be seen what happens while it is on its way.
 */
export async function holdBack(
  page: Page,
  which: string | ((url: URL) => boolean),
  { answer = (route) => route.continue() }: Options = {},
): Promise<() => void> {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(which, async (route) => {
    await released
    // One that was cancelled in the meantime is not sent.
    await answer(route).catch(() => {})
  })
  return release
}
