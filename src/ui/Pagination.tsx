import { Link, useSearchParams } from 'react-router'

type Props = { page: number; hasNext: boolean; label?: string }

/** Previous and next page, in the address as `page`. Concord returns no totals. Renders nothing for a single page. */
export function Pagination({ page, hasNext, label = 'Pages' }: Props) {
  const [params] = useSearchParams()
  if (page === 1 && !hasNext) return null
  const to = (target: number) => {
    const search = new URLSearchParams(params)
    if (target === 1) search.delete('page')
    else search.set('page', String(target))
    return { search: search.toString() }
  }
  return (
    <nav className="pagination" aria-label={label}>
      {page > 1 ? (
        <Link className="ui button" to={to(page - 1)} rel="prev">
          Previous
        </Link>
      ) : (
        <span />
      )}
      <span className="muted">Page {page}</span>
      {hasNext ? (
        <Link className="ui button" to={to(page + 1)} rel="next">
          Next
        </Link>
      ) : (
        <span />
      )}
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
