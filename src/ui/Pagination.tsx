import { Link, useSearchParams } from 'react-router'
import { pageNumbers } from './pageNumbers.ts'

type Props = {
  page: number
  hasNext: boolean
  /** How many there are, once that is known: Concord returns no totals. */
  pages?: number | undefined
  label?: string
}

/** All pages to choose from, in the address as `page`. Renders nothing for a single page. */
export function Pagination({ page, hasNext, pages, label = 'Pages' }: Props) {
  const [params] = useSearchParams()
  if (page === 1 && !hasNext) return null
  const to = (target: number) => {
    const search = new URLSearchParams(params)
    if (target === 1) search.delete('page')
    else search.set('page', String(target))
    return { search: search.toString() }
  }
  const last = pages ?? page + (hasNext ? 1 : 0)
  return (
    <nav className="pagination" aria-label={label}>
      {page > 1 && (
        <Link className="ui button" to={to(page - 1)} rel="prev">
          Previous
        </Link>
      )}
      <ol>
        {pageNumbers(page, last).map((each, index) => (
          <li key={each === 'gap' ? `gap ${index}` : each}>
            {each === 'gap' ? (
              '…'
            ) : (
              <Link to={to(each)} aria-label={`Page ${each}`} aria-current={each === page ? 'page' : undefined}>
                {each}
              </Link>
            )}
          </li>
        ))}
        {pages === undefined && hasNext && <li>…</li>}
      </ol>
      {/* Kept on the last page, so that nothing moves under the pointer. */}
      <Link className={`ui button ${hasNext ? '' : 'unseen'}`} to={to(page + 1)} rel="next">
        Next
      </Link>
    </nav>
  )
}

type SizeProps = { size: number; sizes: number[]; onChange: (size: number) => void }

export const RowsPerPage = ({ size, sizes, onChange }: SizeProps) => (
  <label className="size">
    Rows
    <select value={size} onChange={({ target }) => onChange(Number(target.value))}>
      {sizes.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  </label>
)
