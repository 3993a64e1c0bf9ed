import { useEffect, useRef } from 'react'

/**
 * Focuses the heading of each step, or the field that the server rejected. Returns the ref for the element around it.
 */
export function useStepFocus(step: string, refusal: Error | null) {
  const area = useRef<HTMLDivElement>(null)
  const at = useRef({ step, refusal })
  useEffect(() => {
    if (at.current.step === step && (at.current.refusal === refusal || !refusal)) return
    at.current = { step, refusal }
    const target =
      area.current?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? area.current?.querySelector('h2')
    target?.focus()
  }, [step, refusal])
  return area
}
