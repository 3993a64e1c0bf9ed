import { useId, useState } from 'react'
import { protectionWord, typeWord } from '#concord/facts.tsx'
import { FilterInput } from '#ui/FilterInput.tsx'
import {
  changed,
  choose,
  FACET_NAMES,
  FACET_VALUES,
  type Facet,
  type FacetValues,
  isNarrowed,
  type ListState,
  type Sort,
  type SortKey,
} from './listState.ts'
import type { Counts } from './rows.ts'

type Words = { [F in Facet]: { label: string; all: string; word: (value: FacetValues[F]) => string } }

const WORDS: Words = {
  type: { label: 'Type', all: 'Any type', word: typeWord },
  visibility: {
    label: 'Visibility',
    all: 'Any visibility',
    word: (value) => (value === 'PUBLIC' ? 'Public' : 'Private'),
  },
  scope: { label: 'Scope', all: 'Any scope', word: (value) => (value === 'all' ? 'All projects' : 'Some projects') },
  protection: { label: 'Protection', all: 'Any protection', word: protectionWord },
}

type Props = {
  state: ListState
  onShow: (state: ListState) => void
  counts: Counts
  /** Without it, the counts are of what was read so far. */
  isCounted: boolean
}

type ToolProps = Props & { onType: (filter: string) => void; onSettle: () => void; onClear: () => void }

/**
 * What narrows and orders the list; on a phone all but the name is behind one button. `onSettle`: the focus leaves the
 * tools.
 */
export function ListTools({ state, counts, isCounted, onShow, onType, onSettle, onClear }: ToolProps) {
  const [isOpen, setIsOpen] = useState(false)
  const id = useId()
  const active = Object.keys(state.chosen).length
  return (
    <search className="tools" onBlur={onSettle}>
      <FilterInput label="Filter by name" value={state.filter} onChange={onType} />
      <button
        type="button"
        className="ui button narrow-only"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
      >
        Filters{active > 0 && ` (${active})`}
      </button>
      <div className={isOpen ? 'facets open' : 'facets'} id={id}>
        <Facets state={state} onShow={onShow} counts={counts} isCounted={isCounted} />
        <SortSelect state={state} onShow={onShow} />
        {/* Its place is kept: nothing moves when the first letter is typed. */}
        <button
          type="button"
          className={`ui basic button clear ${isNarrowed(state) ? '' : 'unseen'}`}
          onClick={onClear}
        >
          Clear all
        </button>
      </div>
    </search>
  )
}

/** A choice per facet, with how many each value would leave. */
function Facets(props: Props) {
  return FACET_NAMES.map((facet) => <FacetSelect key={facet} facet={facet} {...props} />)
}

function FacetSelect<F extends Facet>({ facet, state, onShow, counts, isCounted }: Props & { facet: F }) {
  const { label, all, word } = WORDS[facet]
  const values: FacetValues[F][] = FACET_VALUES[facet]
  const ofFacet: Partial<Record<FacetValues[F], number>> = counts[facet]
  const chosen = state.chosen[facet]
  return (
    <select
      className={`facet facet-${facet} ${chosen ? 'chosen' : ''}`}
      aria-label={label}
      value={chosen ?? ''}
      onChange={({ target }) =>
        onShow(
          choose(
            state,
            facet,
            values.find((value) => value === target.value),
          ),
        )
      }
    >
      <option value="">{all}</option>
      {values.map((value) => (
        <option key={value} value={value}>
          {word(value)} ({ofFacet[value] ?? 0}
          {isCounted ? '' : '+'})
        </option>
      ))}
    </select>
  )
}

const ORDERS: { by: SortKey; descending: boolean; words: string }[] = [
  { by: 'name', descending: false, words: 'Name, A to Z' },
  { by: 'name', descending: true, words: 'Name, Z to A' },
  { by: 'age', descending: false, words: 'Newest value first' },
  { by: 'age', descending: true, words: 'Oldest value first' },
  { by: 'type', descending: false, words: 'Type' },
  { by: 'type', descending: true, words: 'Type, reversed' },
]

const isSame = (a: Sort, b: Sort) => a.by === b.by && a.descending === b.descending

/** For narrow screens, where the table has no headings to click. */
function SortSelect({ state, onShow }: Pick<Props, 'state' | 'onShow'>) {
  return (
    <select
      className="facet narrow-only"
      aria-label="Order"
      value={ORDERS.findIndex((order) => isSame(order, state.sort))}
      onChange={({ target }) => {
        const order = ORDERS[Number(target.value)]
        if (order) onShow(changed(state, { sort: { by: order.by, descending: order.descending } }))
      }}
    >
      {ORDERS.map(({ words }, index) => (
        <option key={words} value={index}>
          {words}
        </option>
      ))}
    </select>
  )
}
