import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { explained } from '#api/explain.ts'
import { teamListQuery } from '#api/teams.ts'
import type { Team } from '#api/types.ts'
import { hasTerm } from './hasTerm.ts'
import { SearchDropdown } from './SearchDropdown.tsx'

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

/** Picks one team of an organization. Concord gives all teams at once, so they are filtered here. */
export function TeamField({ orgName, value, onChange, without = [], label = 'Team', ...rest }: Props) {
  const [term, setTerm] = useState('')
  const { data = [], isFetching, error } = useQuery(teamListQuery({ orgName }))
  const offered = data.filter(({ id, name }) => !without.includes(id) && hasTerm(term, name))
  return (
    <SearchDropdown
      {...rest}
      label={label}
      value={value}
      onChange={(teamId) => {
        const team = data.find(({ id }) => id === teamId)
        if (team) onChange(team)
      }}
      onSearch={setTerm}
      loading={isFetching}
      error={rest.error ?? (error ? explained(error) : undefined)}
      nothing="No team has this in its name"
      options={offered.map(({ id, name, description }) => ({
        value: id,
        text: name,
        ...(description && { note: description }),
      }))}
    />
  )
}
