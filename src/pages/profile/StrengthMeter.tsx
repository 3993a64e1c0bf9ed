import { STRENGTH_WORDS, type Strength } from './strength.ts'

/** Shows how hard a new password is to guess, while it is typed. It is only a hint. */
export function StrengthMeter({ strength }: { strength: Strength }) {
  return (
    <p className="note strength">
      <meter aria-label="Strength" min={0} max={4} low={1.5} high={2.5} optimum={4} value={strength} />{' '}
      {STRENGTH_WORDS[strength]}
      {strength < 3 && ': longer is stronger.'}
    </p>
  )
}
