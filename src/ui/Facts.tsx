import { Globe, Lock, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

/** An icon and a word. */
export function Fact({ icon, children }: { icon: LucideIcon; children: ReactNode }) {
  return (
    <span className="fact">
      <Icon of={icon} /> {children}
    </span>
  )
}

/** *Public* stands out, because it needs a decision; *Private* is how things should be. */
export function VisibilityFact({ visibility }: { visibility: 'PUBLIC' | 'PRIVATE' }) {
  return visibility === 'PUBLIC' ? (
    <span className="fact notable">
      <Icon of={Globe} /> Public
    </span>
  ) : (
    <Fact icon={Lock}>Private</Fact>
  )
}

/** Of an organization it only says who sees it in lists (concord-api §5): nothing to decide. */
export const QuietVisibilityFact = ({ visibility }: { visibility: 'PUBLIC' | 'PRIVATE' }) =>
  visibility === 'PUBLIC' ? <Fact icon={Globe}>Public</Fact> : <Fact icon={Lock}>Private</Fact>

/** On something that is listed but may not be opened: normal in Concord (concord-api §9.4). */
export function NoAccessFact() {
  return (
    <span className="fact notable">
      <Icon of={Lock} /> No access
    </span>
  )
}
