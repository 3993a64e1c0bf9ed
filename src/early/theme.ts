export const THEMES = ['light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'concord-secrets theme'

/** Returns what the user has chosen in this browser; `undefined` follows the system. */
export function chosenTheme(): Theme | undefined {
  try {
    const stored = localStorage.getItem(KEY)
    return THEMES.find((theme) => theme === stored)
  } catch {
    return undefined
  }
}

/** Shows the page in the chosen theme: its colours follow `color-scheme` (src/css/tokens.css). */
export function applyTheme(theme = chosenTheme()) {
  document.documentElement.style.colorScheme = theme ?? ''
  // The browser's own bar takes the colour of the first meta element whose media match: they are in the order of THEMES.
  for (const [at, meta] of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]').entries())
    meta.media = theme ? (theme === THEMES[at] ? 'all' : 'not all') : `(prefers-color-scheme: ${THEMES[at]})`
}

export function chooseTheme(theme: Theme | undefined) {
  try {
    if (theme) localStorage.setItem(KEY, theme)
    else localStorage.removeItem(KEY)
  } catch {
    // Storage is blocked: the choice then lasts as long as the page.
  }
  applyTheme(theme)
}
