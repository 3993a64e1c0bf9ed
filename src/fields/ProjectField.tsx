import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { projectListQuery } from '#api/projects.ts'
import { SearchDropdown } from './SearchDropdown.tsx'
import { useSettled } from './useSettled.ts'

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
  const {
    data = [],
    isFetching,
    error,
  } = useQuery(projectListQuery({ orgName }, { filter: useSettled(term), limit: 20 }))
  const known = [...value, ...data.filter(({ id }) => !value.some((chosen) => chosen.id === id))]
  return (
    <SearchDropdown
      {...rest}
      multiple
      label={label}
      value={value.map(({ id }) => id)}
      onChange={(ids) => onChange(known.filter(({ id }) => ids.includes(id)).map(({ id, name }) => ({ id, name })))}
      onSearch={setTerm}
      loading={isFetching}
      error={rest.error ?? error?.message}
      nothing="No project has this in its name"
      options={known.map(({ id, name }) => ({ value: id, text: name }))}
    />
  )
}
