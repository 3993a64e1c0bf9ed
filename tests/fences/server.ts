// Browser globals must not exist for the server. A package that adds the DOM's types would fail here.
export type BrowserOnly = [
  // @ts-expect-error
  typeof window,
  // @ts-expect-error
  typeof document,
  // @ts-expect-error
  typeof localStorage,
  // @ts-expect-error
  typeof location,
  // @ts-expect-error
  HTMLElement,
]
