import type { LucideIcon } from 'lucide-react'

type Props = {
  /** A glyph of lucide-react: <Icon of={Lock} /> */
  of: LucideIcon
  /** Only where no word stands beside it. */
  label?: string
  size?: number
}

export function Icon({ of: Glyph, label, size = 16 }: Props) {
  return (
    <Glyph
      className="glyph"
      size={size}
      strokeWidth={1.75}
      focusable={false}
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    />
  )
}
