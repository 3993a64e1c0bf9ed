/** Tries again what could not be read. It vanishes when it is pressed, so the focus goes where the dialog began. */
export function RetryButton({ onRetry }: { onRetry: () => void }) {
  return (
    <button
      type="button"
      className="ui small button"
      onClick={({ currentTarget }) => {
        currentTarget.closest('dialog')?.querySelector<HTMLElement>('[data-focus]')?.focus()
        onRetry()
      }}
    >
      Try again
    </button>
  )
}
