import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { READ_ONCE } from '#api/freshness.ts'
import { organizationListQuery, organizationQuery } from '#api/orgs.ts'
import { SEARCH_SIZE } from '#api/page.ts'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import type { Organization } from '#api/types.ts'
import { isUser } from '#api/users.ts'
import { Picker } from './picker/Picker.tsx'
import { useLoaded, useSearch } from './picker/useSearch.ts'

type Props = {
  /** The organization's name, or '' for none. */
  value: string
  onChange: (orgName: string) => void
  /** Where it is already: not offered. */
  current?: string
  label?: string
  help?: ReactNode
  error?: string | undefined
  disabled?: boolean
}

/** Picks one of the user's organizations by typing a part of its name. */
export function OrganizationField({ value, onChange, current, label = 'Organization', ...rest }: Props) {
  const mine = useLoaded(organizationListQuery({ onlyCurrent: true }), READ_ONCE)
  const isOfMine = useIsOfMine()
  const search = useSearch({
    whole: mine?.hasNext === false ? mine.items : undefined,
    page: (filter) => organizationListQuery({ onlyCurrent: true, filter, size: SEARCH_SIZE }),
    named: (orgName) => ({ ...organizationQuery({ orgName }), select: (org: Organization) => [org].filter(isOfMine) }),
    isLeftOut: ({ name }) => name === current,
  })
  return (
    <Picker
      {...rest}
      label={label}
      noun={{ one: 'organization', many: 'organizations' }}
      search={search}
      options={search.matches.map(({ name }) => ({ value: name, text: name }))}
      whyNot={search.leftOut && `It is already in ${search.leftOut.name}`}
      value={value ? { value, text: value } : undefined}
      onChange={(option) => onChange(option?.value ?? '')}
    />
  )
}

/** Concord returns an organization by name to anybody; its list has only those of the user (concord-api §5). */
function useIsOfMine() {
  const whoami = useQuery(whoamiQuery).data
  // Not read for this: where roles are not known, Concord decides later.
  const userInfo = useQuery({ ...userInfoQuery, enabled: false }).data
  const hasRole = !userInfo || !!userInfo.roles?.length
  return ({ id, owner }: Organization) => hasRole || isUser(owner, whoami) || whoami?.orgs?.some((org) => org.id === id)
}
