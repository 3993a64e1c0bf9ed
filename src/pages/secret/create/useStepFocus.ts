import { useEffect, useRef } from 'react'

/** Each step begins at its heading, or at the field that the server refused. Returns the ref of the element around it. */
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
