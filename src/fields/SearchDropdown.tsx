import { type ReactNode, useId } from 'react'
import { Dropdown, type DropdownItemProps } from 'semantic-ui-react'

export type SearchOption = { value: string; text: string; note?: string }

type Shared = {
  label: string
  options: SearchOption[]
  onSearch: (term: string) => void
  /** Called when the focus comes: what it offers is read then, not with the page. */
  onFocus?: () => void
  loading?: boolean
  disabled?: boolean
  placeholder?: string
  help?: ReactNode
  error?: string | undefined
  /** Shown where the list has no entry. */
  nothing?: string
}
type One = Shared & { multiple?: false; value: string; onChange: (value: string) => void }
type Several = Shared & { multiple: true; value: string[]; onChange: (value: string[]) => void }

/** Semantic's searchable dropdown, named for screen readers and filled by the server instead of filtering by itself. */
export function SearchDropdown(props: One | Several) {
  const {
    label,
    options,
    onSearch,
    onFocus,
    loading = false,
    disabled = false,
    placeholder = 'Type to search',
    help,
    error,
    nothing = 'Nothing found',
  } = props
  const id = useId()
  const menuId = `${id}-menu`
  const note = error ?? help
  return (
    <div
      className={`field ${error ? 'error' : ''}`}
      // Semantic gives its menu no id, and a combobox has to name the list that it opens.
      ref={(field) => field?.querySelector('[role=listbox], .menu')?.setAttribute('id', menuId)}
    >
      <label htmlFor={id}>{label}</label>
      <Dropdown
        aria-controls={menuId}
        search={(all: DropdownItemProps[]) => all}
        selection
        fluid
        multiple={props.multiple ?? false}
        // An open list would lie over the button below it.
        closeOnChange
        selectOnBlur={false}
        selectOnNavigation={false}
        loading={loading}
        disabled={disabled}
        placeholder={placeholder}
        // Otherwise it shows the entry that the arrow keys are on, as if it were chosen.
        {...(!props.multiple && { text: options.find(({ value }) => value === props.value)?.text ?? placeholder })}
        noResultsMessage={loading ? 'Searching…' : nothing}
        searchInput={{
          id,
          'aria-label': label,
          autoComplete: 'off',
          'aria-describedby': note ? `${id}-note` : undefined,
        }}
        options={options.map(({ value, text, note: described }) => ({
          key: value,
          value,
          text,
          description: described,
        }))}
        value={props.value}
        {...(onFocus && { onFocus })}
        onSearchChange={(_, { searchQuery }) => onSearch(searchQuery)}
        onClose={() => onSearch('')}
        onChange={(_, { value }) => {
          onSearch('')
          if (props.multiple) props.onChange(Array.isArray(value) ? value.map(String) : [])
          else props.onChange(String(value ?? ''))
        }}
      />
      {note && (
        <p className={`note ${error ? 'error' : ''}`} id={`${id}-note`}>
          {note}
        </p>
      )}
    </div>
  )
}
