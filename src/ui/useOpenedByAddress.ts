import { useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'

/**
 * Whether a dialog is open that an address can ask for, such as `…/settings?delete`. The address asks once: afterwards it
 * is that of the page, so that Back and a reload do not open the dialog again.
 */
export function useOpenedByAddress(name: string) {
  const [params, setParams] = useSearchParams()
  const isAsked = params.has(name)
  const [isOpen, setIsOpen] = useState(isAsked)

  useEffect(() => {
    if (!isAsked) return
    setIsOpen(true)
    setParams(
      (now) => {
        const rest = new URLSearchParams(now)
        rest.delete(name)
        return rest
      },
      { replace: true, preventScrollReset: true },
    )
  }, [isAsked, name, setParams])

  return [isOpen, setIsOpen] as const
}
