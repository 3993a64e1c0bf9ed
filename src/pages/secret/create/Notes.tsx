import { TriangleAlert } from 'lucide-react'
import { Icon } from '#ui/Icon.tsx'
import type { Warning } from './warnings.ts'

/** Warnings at the field that they are about. They come and go while somebody types, and are read out politely. */
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
