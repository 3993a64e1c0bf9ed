import type { ReactNode } from 'react'
import { READ_ONCE } from '#api/freshness.ts'
import { projectListQuery, projectQuery, projectSearchQuery } from '#api/projects.ts'
import type { Project } from '#api/types.ts'
import { Picker } from './picker/Picker.tsx'
import { useLoaded, useSearch } from './picker/useSearch.ts'

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
  const search = useSearch({
    whole: useLoaded(projectListQuery({ orgName }), READ_ONCE),
    page: (filter) => projectSearchQuery({ orgName }, filter),
    named: (projectName) => ({ ...projectQuery({ orgName, projectName }), select: (project: Project) => [project] }),
    isLeftOut: ({ id }) => value.some((chosen) => chosen.id === id),
  })
  return (
    <Picker
      {...rest}
      multiple
      label={label}
      noun={{ one: 'project', many: `projects of ${orgName}` }}
      search={search}
      options={search.matches.map(optionOf)}
      whyNot={search.leftOut && `${search.leftOut.name} is chosen already`}
      value={value.map(optionOf)}
      onChange={(options) => onChange(options.map(({ value: id, text: name }) => ({ id, name })))}
    />
  )
}

const optionOf = ({ id, name }: ChosenProject) => ({ value: id, text: name })
