import type { LucideIcon } from 'lucide-react'
import { memo } from 'react'

type Props = {
  /** A glyph of lucide-react: <Icon of={Lock} /> */
  of: LucideIcon
  size?: number
}

/** A word stands beside it, or names the button that it is in. Memoized: a list has two hundred. */
export const Icon = memo(function Icon({ of: Glyph, size = 16 }: Props) {
  return <Glyph className="glyph" size={size} strokeWidth={1.75} focusable={false} aria-hidden />
})
