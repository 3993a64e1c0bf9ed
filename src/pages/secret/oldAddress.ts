import { type LoaderFunctionArgs, redirect } from 'react-router'
import { isApiError } from '#api/ApiError.ts'
import { queryClient } from '#api/queryClient.ts'
import { secretQuery } from '#api/secrets.ts'
import { orgRef } from '#params.ts'
import { paths } from '#paths.ts'

/** `/org/acme/secret/new` once was the page that creates secrets; now it is that of a secret named `new`, if there is one. */
export async function loader({ params, request }: LoaderFunctionArgs) {
  const secret = { ...orgRef(params), secretName: 'new' }
  try {
    await queryClient.fetchQuery(secretQuery(secret))
  } catch (error) {
    const name = new URL(request.url).searchParams.get('name') ?? undefined
    if (isApiError(error, 'notFound')) return redirect(paths.newSecret(secret, { name }))
  }
  return redirect(paths.secret(secret))
}
