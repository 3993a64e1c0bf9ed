import { useState } from 'react'

type Props = {
  /** Already in the order to show. */
  names: string[]
  /** How many stand there before somebody asks for all. */
  first?: number
}

/** Names of what is affected: the first five, and all of them on demand. */
export function NameList({ names, first = 5 }: Props) {
  const [all, setAll] = useState(false)
  const shown = all ? names : names.slice(0, first)
  return (
    <>
      <ul className="names">
        {shown.map((name) => (
          <li key={name} className="mono">
            {name}
          </li>
        ))}
      </ul>
      {shown.length < names.length && (
        <button type="button" className="link-button" onClick={() => setAll(true)}>
          Show all {names.length}
        </button>
      )}
    </>
  )
}
