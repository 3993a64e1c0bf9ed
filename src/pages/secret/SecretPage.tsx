import { useSuspenseQuery } from '@tanstack/react-query'
import { type LoaderFunction, Outlet, useLocation, useRouteError } from 'react-router'
import { isApiError } from '#api/ApiError.ts'
import { queryClient } from '#api/queryClient.ts'
import { secretQuery } from '#api/secrets.ts'
import { ProtectionFact, TypeFact, VisibilityFact } from '#concord/facts.tsx'
import { secretRef, useSecretRef } from '#params.ts'
import { paths, type SecretTab } from '#paths.ts'
import { CopyButton } from '#ui/CopyButton.tsx'
import { Page } from '#ui/Page.tsx'
import { Tabs } from '#ui/Tabs.tsx'
import { RouteError } from '../RouteError.tsx'
import { SecretDenied } from './SecretDenied.tsx'
import { SecretMissing } from './SecretMissing.tsx'
import { MoveOutcome } from './settings/move/MoveOutcome.tsx'

export const loader: LoaderFunction = ({ params }) => queryClient.fetchQuery(secretQuery(secretRef(params)))

const TABS: Record<SecretTab, string> = { info: 'Info', access: 'Access', audit: 'Audit', settings: 'Settings' }

export function SecretPage() {
  const ref = useSecretRef()
  const { data: secret } = useSuspenseQuery(secretQuery(ref))
  const { pathname } = useLocation()
  // The address of each tab ends with its name (routes.tsx), so these are the keys of TABS.
  const tabs = Object.entries(TABS) as [SecretTab, string][]
  const tab = tabs.find(([name]) => pathname.endsWith(`/${name}`))?.[1] ?? TABS.info

  return (
    <Page
      mono
      title={secret.name}
      documentTitle={`${secret.name} · ${tab} · ${secret.orgName}`}
      facts={
        <>
          <TypeFact type={secret.type} />
          <VisibilityFact visibility={secret.visibility} />
          <ProtectionFact encryptedBy={secret.encryptedBy} />
          <CopyButton text={secret.name} label="Copy name" />
        </>
      }
    >
      <Tabs
        label={`Parts of ${secret.name}`}
        tabs={tabs.map(([name, label]) => ({ label, to: paths.secret(ref, name) }))}
      />
      <MoveOutcome secret={secret} />
      <Outlet />
    </Page>
  )
}

export function ErrorBoundary() {
  const error = useRouteError()
  const ref = useSecretRef()
  if (isApiError(error, 'forbidden')) return <SecretDenied {...ref} error={error} />
  if (isApiError(error, 'notFound')) return <SecretMissing {...ref} />
  // A 400: the organization is what does not exist (concord-api §1.1).
  const noOrganization = isApiError(error, 'rejected') && /^Organization not found/.test(error.words)
  return <RouteError what={noOrganization ? `the organization “${ref.orgName}”` : `the secret “${ref.secretName}”`} />
}
