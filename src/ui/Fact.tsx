import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

type Props = {
  icon: LucideIcon
  /** It stands out: it needs a decision. */
  notable?: boolean
  children: ReactNode
}

/** An icon and a word. */
export const Fact = ({ icon, notable, children }: Props) => (
  <span className={notable ? 'fact notable' : 'fact'}>
    <Icon of={icon} /> {children}
  </span>
)
