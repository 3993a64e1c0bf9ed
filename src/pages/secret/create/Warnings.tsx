import { TriangleAlert } from 'lucide-react'
import { Icon } from '#ui/Icon.tsx'
import type { Draft } from './draft.ts'
import type { Warning } from './warnings.ts'

type Props = { of: Warning[]; onFix?: (change: Partial<Draft>) => void }

/** Warnings at their field. They change while somebody types, and screen readers say them politely. */
export function Warnings({ of: warnings, onFix }: Props) {
  return (
    <div role="status">
      {warnings.map(({ words, fix }) => (
        <p key={words} className="note warning">
          <Icon of={TriangleAlert} size={14} />{' '}
          <span>
            {words}{' '}
            {fix && onFix && (
              <button type="button" className="ui link button" onClick={() => onFix(fix.change)}>
                {fix.label}
              </button>
            )}
          </span>
        </p>
      ))}
    </div>
  )
}
