import { TriangleAlert } from 'lucide-react'
import { useId } from 'react'
import type { KeyFacts } from '#keys/KeyFacts.ts'
import { factWords } from '#keys/words.ts'
import { Icon } from '#ui/Icon.tsx'
import type { Draft } from './draft.ts'
import type { Warning } from './Warning.ts'

type Props = { of: Warning[]; facts?: KeyFacts | undefined; onFix?: (change: Partial<Draft>) => void }

/** What a field holds, and warnings. They change while somebody types, and screen readers say them politely. */
export function Warnings({ of: warnings, facts, onFix }: Props) {
  return (
    <div role="status">
      {facts && <Facts facts={facts} />}
      {warnings.map((warning) => (
        <Line key={warning.words} warning={warning} onFix={onFix} />
      ))}
    </div>
  )
}

type LineProps = { warning: Warning; onFix: Props['onFix'] }

function Line({ warning: { words, command, fix, isHint }, onFix }: LineProps) {
  const id = useId()
  return (
    <p className={isHint ? 'note' : 'note warning'}>
      {!isHint && <Icon of={TriangleAlert} size={14} />}
      <span>
        {words}{' '}
        {fix && onFix && (
          <>
            <button
              type="button"
              className="ui link button"
              aria-describedby={fix.changes && id}
              onClick={() => onFix(fix.change)}
            >
              {fix.label}
            </button>{' '}
            {fix.changes && (
              <span id={id} className="muted">
                {fix.changes}.
              </span>
            )}
          </>
        )}
        {command && (
          <>
            {fix ? ' Or run ' : 'Run '}
            <code>{command}</code>
          </>
        )}
      </span>
    </p>
  )
}

function Facts({ facts }: { facts: KeyFacts }) {
  const { before, after } = factWords(facts)
  return (
    <p className="note">
      {before} · <span className="mono">{facts.sha256}</span>
      {after.map((words) => ` · ${words}`)}
    </p>
  )
}
