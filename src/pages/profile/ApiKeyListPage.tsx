import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ShouldRevalidateFunctionArgs } from 'react-router'
import { type ApiKey, apiKeyListQuery } from '#api/apiKeys.ts'
import { queryClient } from '#api/queryClient.ts'
import { Page } from '#ui/Page.tsx'
import { RouteError } from '../RouteError.tsx'
import { CreateKey } from './keys/CreateKey.tsx'
import { DeleteKeyDialog } from './keys/DeleteKeyDialog.tsx'
import { KeyTable } from './keys/KeyTable.tsx'

export async function loader() {
  await queryClient.fetchQuery(apiKeyListQuery)
  return null
}

/** Never while the page is open: an error would replace a key that is shown only once. */
export const shouldRevalidate = ({ currentUrl, nextUrl }: ShouldRevalidateFunctionArgs) =>
  currentUrl.pathname !== nextUrl.pathname

export const ErrorBoundary = () => <RouteError what="your API keys" />

export function ApiKeyListPage() {
  const { data: keys } = useSuspenseQuery(apiKeyListQuery)
  const [deleting, setDeleting] = useState<ApiKey>()
  return (
    <Page title="API keys">
      <p>Scripts sign in with a key in place of a password. A key has all your rights.</p>
      <CreateKey names={keys.map(({ name }) => name)} />
      {keys.length > 0 ? (
        <KeyTable keys={keys} onDelete={setDeleting} />
      ) : (
        <p className="empty">You have no API keys.</p>
      )}
      {deleting && <DeleteKeyDialog apiKey={deleting} onClose={() => setDeleting(undefined)} />}
    </Page>
  )
}
