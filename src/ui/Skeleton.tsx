const keys = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`)

/** Grey shapes of a layout to come. They appear after 400 ms (css/loading.css), so that fast pages do not flicker. */
export function Skeleton({ layout }: { layout: 'list' | 'detail' | 'form' }) {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">Loading</span>
      <div className="skeleton-title" />
      {layout !== 'list' && <div className="skeleton-line short" />}
      {layout === 'list' && (
        <>
          <div className="skeleton-bar" />
          {keys(8).map((key) => (
            <div className="skeleton-row" key={key} />
          ))}
        </>
      )}
      {layout !== 'list' &&
        keys(5).map((key) => <div className={layout === 'form' ? 'skeleton-field' : 'skeleton-line'} key={key} />)}
    </div>
  )
}
