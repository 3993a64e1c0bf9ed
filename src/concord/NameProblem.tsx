import { nameLike } from './secretName.ts'

type Props = {
  words: string
  /** As it was typed. */
  text: string
  onUse: (name: string) => void
}

/** At a field, in place of its error: what keeps the text from being a name, and a button for the name that it is like. */
export function NameProblem({ words, text, onUse }: Props) {
  const name = nameLike(text)
  return (
    <span>
      {words}{' '}
      {name && (
        <button
          type="button"
          className="ui link button"
          onClick={({ currentTarget }) => {
            // The button goes with the error.
            currentTarget.closest('.field')?.querySelector('input')?.focus()
            onUse(name)
          }}
        >
          Use {name}
        </button>
      )}
    </span>
  )
}
