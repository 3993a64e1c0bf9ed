import { type ComponentType, useCallback, useState } from 'react'
import { warn } from '#ui/StatusMessage.tsx'

/** The help's dialog, whose code is loaded when somebody opens it first. */
export function useHelp() {
  const [Help, setHelp] = useState<ComponentType<{ onClose: () => void }>>()
  const [isOpen, setIsOpen] = useState(false)

  const openHelp = useCallback(async () => {
    try {
      const { HelpDialog } = await import('./HelpDialog.tsx')
      setHelp(() => HelpDialog)
      setIsOpen(true)
    } catch {
      warn('The help could not be loaded. Reload the page and try again.')
    }
  }, [])

  return { openHelp, help: isOpen && Help && <Help onClose={() => setIsOpen(false)} /> }
}
