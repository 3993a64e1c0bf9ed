import { Monitor, Moon, Sun } from 'lucide-react'
import { Icon } from '#ui/Icon.tsx'
import { applyTheme, chooseTheme, chosenTheme } from '../../early/theme.ts'
import { createStore, useStore } from '../../store.ts'

const THEMES = [
  { label: 'System', icon: Monitor, theme: undefined },
  { label: 'Light', icon: Sun, theme: 'light' },
  { label: 'Dark', icon: Moon, theme: 'dark' },
] as const

const chosen = createStore(chosenTheme())

// Another tab has chosen.
window.addEventListener('storage', () => {
  applyTheme()
  chosen.set(chosenTheme())
})

/** In the user menu, which stays open: one looks at a theme before one keeps it. */
export function ThemeChoice() {
  const now = useStore(chosen)
  return (
    <fieldset className="themes" aria-label="Theme">
      {THEMES.map(({ label, icon, theme }) => (
        <button
          key={label}
          type="button"
          role="menuitemradio"
          tabIndex={-1}
          aria-checked={theme === now}
          onClick={() => {
            chooseTheme(theme)
            chosen.set(theme)
          }}
        >
          <Icon of={icon} /> {label}
        </button>
      ))}
    </fieldset>
  )
}
