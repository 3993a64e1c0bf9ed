import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { cannotSearchUsers, serverVersionQuery } from '#api/serverVersion.ts'
import type { User } from '#api/types.ts'
import { userNamedQuery, userSearchQuery, userTitle } from '#api/users.ts'
import { Field } from '#ui/Field.tsx'
import { Picker } from './picker/Picker.tsx'
import { useSearch } from './picker/useSearch.ts'

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
export function UserField(props: Props) {
  const { data: version } = useQuery(serverVersionQuery)
  return version && cannotSearchUsers(version) ? <ExactUserField {...props} /> : <FoundUserField {...props} />
}

function FoundUserField({ value, onChange, label = 'User', ...rest }: Props) {
  const search = useSearch({ whole: undefined, page: userSearchQuery, named: userNamedQuery, words: wordsOf })
  const options = search.matches.map((user) => ({
    value: user.id,
    text: userTitle(user, search.matches),
    note: user.email,
  }))
  return (
    <Picker
      {...rest}
      label={label}
      noun={{ one: 'user', many: 'users' }}
      search={search}
      options={options}
      value={value && 'id' in value ? { value: value.id, text: value.title } : undefined}
      onChange={(option) => onChange(option && { id: option.value, title: option.text })}
    />
  )
}

const wordsOf = ({ name, displayName, email }: User) => [name, displayName, email]

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
