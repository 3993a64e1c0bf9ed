import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import type { LoaderFunction } from 'react-router'
import { organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { secretAccessQuery, secretQuery } from '#api/secrets.ts'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import { teamListQuery } from '#api/teams.ts'
import { useKnownTeams } from '#concord/knownTeams.ts'
import { secretRef, useSecretRef } from '#params.ts'
import { AccessEditor } from './access/AccessEditor.tsx'

export const loader: LoaderFunction = async ({ params }) => {
  const ref = secretRef(params)
  await Promise.all([
    queryClient.fetchQuery(secretQuery(ref)),
    queryClient.fetchQuery(secretAccessQuery(ref)),
    queryClient.fetchQuery(teamListQuery(ref)),
    queryClient.fetchQuery(organizationQuery(ref)),
    // These may fail: a right that is not known blocks nothing (see concord/rights.ts).
    queryClient.prefetchQuery(whoamiQuery),
    queryClient.prefetchQuery(userInfoQuery),
  ])
  return null
}

export function AccessTab() {
  const ref = useSecretRef()
  const { data: secret } = useSuspenseQuery(secretQuery(ref))
  const { data: access } = useSuspenseQuery(secretAccessQuery(ref))
  const { data: own } = useSuspenseQuery(teamListQuery(ref))
  const { data: org } = useSuspenseQuery(organizationQuery(ref))
  const { data: userInfo } = useQuery(userInfoQuery)
  const { data: whoami } = useSuspenseQuery(whoamiQuery)
  const teams = useKnownTeams(ref.orgName, access) ?? own

  return <AccessEditor key={secret.id} facts={{ secret, org, userInfo, whoami, access, teams }} />
}
