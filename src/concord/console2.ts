import { useEffect, useState } from 'react'
import { settingsRead } from '#api/settings.ts'

/*
 * Concord's own console, console2, has pages that this one has not: bookmarks of them lead here when this console has
 * taken its place.
 */

const PAGES: [RegExp, string][] = [
  [/^\/org\/[^/]+\/project(\/|$)/, 'Projects'],
  [/^\/org\/[^/]+\/team(\/|$)/, 'Teams'],
  [/^\/org\/[^/]+\/jsonstore(\/|$)/, 'JSON stores'],
  [/^(\/org\/[^/]+)?\/process(\/|$)/, 'Processes'],
  [/^\/org\/[^/]+\/settings(\/|$)/, 'Settings of organizations'],
  [/^\/profile(\/|$)/, 'The pages of your profile'],
  [/^\/activity(\/|$)/, 'Your activity and its processes'],
  [/^\/noderoster(\/|$)/, 'Nodes'],
]

/** What console2 has at this address, as the subject of a sentence with *are*; undefined if it has nothing there. */
export const inConsole2 = (pathname: string) => PAGES.find(([address]) => address.test(pathname))?.[1]

/** The same page of console2, if the operator has set where that is (docs/operations.md). */
export function useConsole2Link({ pathname, search }: { pathname: string; search: string }): string | undefined {
  const [base, setBase] = useState<string>()
  useEffect(() => {
    void settingsRead().then(() => setBase(window.concord?.console2Url))
  }, [])
  return base && console2Link(base, pathname + search)
}

export function console2Link(base: string, address: string): string | undefined {
  // No script, whatever is set.
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) return undefined
  return `${base.replace(/\/+(#\/?)?$/, '')}/#${address}`
}
