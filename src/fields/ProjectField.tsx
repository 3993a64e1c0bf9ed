import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { explained } from '#api/explain.ts'
import { projectListQuery } from '#api/projects.ts'
import { useSettled } from '#ui/useSettled.ts'
import { hasTerm } from './hasTerm.ts'
import { SearchDropdown } from './SearchDropdown.tsx'

export type ChosenProject = { id: string; name: string }

type Props = {
  orgName: string
  value: ChosenProject[]
  onChange: (projects: ChosenProject[]) => void
  label?: string
  help?: ReactNode
  error?: string | undefined
  disabled?: boolean
}

/** Picks several projects of one organization. */
export function ProjectField({ orgName, value, onChange, label = 'Projects', ...rest }: Props) {
  const [term, setTerm] = useState('')
  const filter = useSettled(term)
  const [isAsked, setIsAsked] = useState(false)
  const {
    data = [],
    isFetching,
    error,
  } = useQuery({
    ...projectListQuery({ orgName }, { filter, limit: 20 }),
    enabled: isAsked,
  })
  const others = data.filter(({ id, name }) => hasTerm(term, name) && !value.some((chosen) => chosen.id === id))
  const known = [...value, ...others]
  return (
    <SearchDropdown
      {...rest}
      multiple
      label={label}
      value={value.map(({ id }) => id)}
      onChange={(ids) => onChange(known.filter(({ id }) => ids.includes(id)).map(({ id, name }) => ({ id, name })))}
      onSearch={setTerm}
      onFocus={() => setIsAsked(true)}
      loading={isFetching || filter !== term}
      error={rest.error ?? (error ? explained(error) : undefined)}
      nothing="No project has this in its name"
      options={known.map(({ id, name }) => ({ value: id, text: name }))}
    />
  )
}
