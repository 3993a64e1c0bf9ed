/** Reads again what failed. It disappears when it is pressed, so the focus moves to where the dialog began. */
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
