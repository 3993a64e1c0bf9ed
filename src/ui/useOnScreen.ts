import { type RefObject, useEffect, useRef, useState } from 'react'

/** Whether the element has been on the screen, or nearly, since it is there. */
export function useOnScreen<E extends Element>(): [RefObject<E>, boolean] {
  const element = useRef<E>(null)
  const [isSeen, setIsSeen] = useState(false)
  useEffect(() => {
    if (isSeen || !element.current) return
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setIsSeen(true),
    )
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [isSeen])
  return [element, isSeen]
}
