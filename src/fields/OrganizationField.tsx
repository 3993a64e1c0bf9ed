import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { explained } from '#api/explain.ts'
import { organizationListQuery } from '#api/orgs.ts'
import { useSettled } from '#ui/useSettled.ts'
import { hasTerm } from './hasTerm.ts'
import { SearchDropdown } from './SearchDropdown.tsx'

type Props = {
  /** The organization's name, or '' for none. */
  value: string
  onChange: (orgName: string) => void
  label?: string
  help?: ReactNode
  error?: string | undefined
  disabled?: boolean
}

/** Picks one of the user's organizations by typing a part of its name. */
export function OrganizationField({ value, onChange, label = 'Organization', ...rest }: Props) {
  const [term, setTerm] = useState('')
  const filter = useSettled(term)
  const [isAsked, setIsAsked] = useState(false)
  const { data, isFetching, error } = useQuery({
    ...organizationListQuery({ onlyCurrent: true, filter, size: 20 }),
    enabled: isAsked,
  })
  const names = data?.items.map(({ name }) => name).filter((name) => hasTerm(term, name)) ?? []
  // The chosen one stays visible while others are searched.
  if (value && !names.includes(value) && term === '') names.unshift(value)
  return (
    <SearchDropdown
      {...rest}
      label={label}
      value={value}
      onChange={onChange}
      onSearch={setTerm}
      onFocus={() => setIsAsked(true)}
      loading={isFetching || filter !== term}
      error={rest.error ?? (error ? explained(error) : undefined)}
      nothing="None of your organizations has this in its name"
      options={names.map((name) => ({ value: name, text: name }))}
    />
  )
}
