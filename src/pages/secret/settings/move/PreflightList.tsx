import { CircleCheck, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react'
import { Icon } from '#ui/Icon.tsx'
import { RetryButton } from '#ui/RetryButton.tsx'
import { Affected } from '../../parts/Affected.tsx'
import type { Light, Line } from './preflight.ts'

/** The lights, told by shape and word as well as by colour. */
const LIGHTS: Record<Light, { icon: typeof CircleCheck; word: string }> = {
  green: { icon: CircleCheck, word: 'OK:' },
  amber: { icon: TriangleAlert, word: 'Warning:' },
  red: { icon: CircleX, word: 'Stops the move:' },
  pending: { icon: LoaderCircle, word: '' },
}

export function PreflightList({ lines, onRetry }: { lines: Line[]; onRetry: () => void }) {
  return (
    <ul className="preflight" aria-label="What the move will meet">
      {lines.map(({ id, light, text, items = [], failed }) => (
        <li key={id} className={light} data-line={id}>
          <Icon of={LIGHTS[light].icon} />
          <div>
            <Affected
              title={
                <>
                  <span className="visually-hidden">{LIGHTS[light].word} </span>
                  {text}
                </>
              }
              items={items}
              mono={id !== 'readers'}
            />
            {failed && <RetryButton onRetry={onRetry} />}
          </div>
        </li>
      ))}
    </ul>
  )
}
