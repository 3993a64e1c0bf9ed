import { TriangleAlert } from 'lucide-react'
import { Icon } from '#ui/Icon.tsx'
import type { Warning } from './warnings.ts'

/** Warnings at their field. They change while somebody types, and screen readers say them politely. */
export function Warnings({ of: warnings }: { of: Warning[] }) {
  return (
    <div role="status">
      {warnings.map(({ words }) => (
        <p key={words} className="note warning">
          <Icon of={TriangleAlert} size={14} /> {words}
        </p>
      ))}
    </div>
  )
}
