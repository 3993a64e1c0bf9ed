import { type LucideIcon, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

type Props = {
  tone?: 'neutral' | 'warning' | 'negative'
  icon?: LucideIcon
  header: ReactNode
  /** Screen readers say it as soon as it appears. */
  alert?: boolean
  /** What it means, and what to do about it. */
  children?: ReactNode
}

/** A boxed message within a page or a dialog: a headline and what belongs to it. */
export function Message({ tone = 'warning', icon = TriangleAlert, header, alert, children }: Props) {
  return (
    <div className={`ui ${tone === 'neutral' ? 'prose' : tone} message`} role={alert ? 'alert' : undefined}>
      {tone !== 'neutral' && <Icon of={icon} />}
      <div className="content">
        <p className="header">{header}</p>
        {children}
      </div>
    </div>
  )
}
