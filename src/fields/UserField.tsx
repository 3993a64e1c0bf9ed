import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { explained } from '#api/explain.ts'
import { cannotSearchUsers, serverVersionQuery } from '#api/serverVersion.ts'
import { userName, userSearchQuery } from '#api/users.ts'
import { Field } from '#ui/Field.tsx'
import { useSettled } from '#ui/useSettled.ts'
import { hasTerm } from './hasTerm.ts'
import { SearchDropdown, type SearchOption } from './SearchDropdown.tsx'

/** As `SecretUpdate.owner` takes it, with what to call the user in sentences. */
export type ChosenUser = ({ id: string } | { username: string }) & { title: string }

type Props = {
  value: ChosenUser | undefined
  onChange: (user: ChosenUser | undefined) => void
  label?: string
  help?: ReactNode
  error?: string | undefined
  disabled?: boolean
}

/** Picks a user that Concord knows, by a part of the name, the display name or the e-mail. */
export function UserField({ value, onChange, label = 'User', ...rest }: Props) {
  const [term, setTerm] = useState('')
  const filter = useSettled(term)
  const [isAsked, setIsAsked] = useState(false)
  const { data: version } = useQuery(serverVersionQuery)
  const cannot = version && cannotSearchUsers(version)
  const { data = [], isFetching, error } = useQuery({ ...userSearchQuery(filter), enabled: isAsked && !cannot })
  if (cannot) return <ExactUserField label={label} value={value} onChange={onChange} {...rest} />

  const chosen = value && 'id' in value ? value : undefined
  const options: SearchOption[] = data
    .filter(({ name, displayName, email }) => hasTerm(term, name, displayName, email))
    .map((user) => ({ value: user.id, text: userName(user), note: user.name }))
  if (chosen && !options.some(({ value: id }) => id === chosen.id))
    options.unshift({ value: chosen.id, text: chosen.title })
  return (
    <SearchDropdown
      {...rest}
      label={label}
      value={chosen?.id ?? ''}
      onChange={(id) => {
        const user = data.find((candidate) => candidate.id === id)
        if (user) onChange({ id, title: userName(user) })
      }}
      onSearch={setTerm}
      onFocus={() => setIsAsked(true)}
      loading={isFetching || filter !== term}
      error={rest.error ?? (error ? explained(error) : undefined)}
      nothing="No user has this in the name or e-mail"
      options={options}
    />
  )
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** For servers that cannot search (2.9 to 2.11): the name, or the id, has to be known. */
function ExactUserField({ value, onChange, label = 'User', help, error, disabled }: Props) {
  return (
    <Field
      label={label}
      help={help ?? 'This server cannot search for users: type the exact username or the id.'}
      error={error}
      disabled={disabled}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      value={value?.title ?? ''}
      onChange={(event) => {
        const typed = event.target.value.trim()
        if (typed === '') onChange(undefined)
        else onChange(UUID.test(typed) ? { id: typed, title: typed } : { username: typed, title: typed })
      }}
    />
  )
}
