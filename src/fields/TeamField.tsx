import type { ReactNode } from 'react'
import { teamListQuery } from '#api/teams.ts'
import type { Team } from '#api/types.ts'
import { Picker } from './picker/Picker.tsx'
import { useWholeSearch } from './picker/useSearch.ts'

type Props = {
  orgName: string
  /** The team's id, or '' for none. */
  value: string
  onChange: (team: Team) => void
  /** Ids of teams that are not offered. */
  without?: string[]
  label?: string
  help?: ReactNode
  error?: string | undefined
  disabled?: boolean
}

/** Picks one team of an organization. Concord gives all teams at once, so they are searched here. */
export function TeamField({ orgName, value, onChange, without = [], label = 'Team', ...rest }: Props) {
  const search = useWholeSearch(teamListQuery({ orgName }), ({ id }) => without.includes(id))
  const options = search.matches.map(({ id, name, description }) => ({
    value: id,
    text: `${orgName} / ${name}`,
    note: description,
  }))
  return (
    <Picker
      {...rest}
      label={label}
      noun={{ one: 'team', many: `teams of ${orgName}` }}
      search={search}
      options={options}
      whyNot={search.leftOut && `${search.leftOut.name} is in the list already`}
      value={options.find((option) => option.value === value)}
      onChange={(option) => {
        const team = search.matches.find(({ id }) => id === option?.value)
        if (team) onChange(team)
      }}
    />
  )
}
