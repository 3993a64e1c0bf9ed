import type { ComponentType } from 'react'
import {
  type LoaderFunction,
  type MiddlewareFunction,
  type RouteObject,
  redirect,
  type ShouldRevalidateFunction,
} from 'react-router'
import { isApiError } from '#api/ApiError.ts'
import { resumeSession } from '#api/session.ts'
import { LoginPage, loader as loginLoader } from '#pages/LoginPage.tsx'
import { FirstError, FirstSkeleton, Root } from '#pages/Root.tsx'
import { orgRef, secretRef } from '#params.ts'
import { paths } from '#paths.ts'
import { patiently } from '#patiently.ts'

type PageModule<Name extends string> = { [N in Name]: ComponentType } & {
  loader?: LoaderFunction
  shouldRevalidate?: ShouldRevalidateFunction
  ErrorBoundary?: ComponentType
}

/** A page in a chunk of its own: its module exports the component and what it wants of the rest of `PageModule`. */
const page =
  <Name extends string>(name: Name, load: () => Promise<PageModule<Name>>): NonNullable<RouteObject['lazy']> =>
  async () => {
    const module = await patiently(load)
    const { loader, shouldRevalidate, ErrorBoundary } = module
    return {
      Component: module[name],
      ...(loader && { loader }),
      ...(shouldRevalidate && { shouldRevalidate }),
      ...(ErrorBoundary && { ErrorBoundary }),
    }
  }

/** Only a first visit without a session goes to the sign-in page; later a 401 opens a dialog (see http.ts). */
const signedIn: MiddlewareFunction = async ({ request }, next) => {
  try {
    await resumeSession()
  } catch (error) {
    if (!isApiError(error, 'unauthorized')) throw error
    const { pathname, search } = new URL(request.url)
    throw redirect(paths.login({ from: pathname + search }))
  }
  return next()
}

/** Every address of the app. */
export const routes: RouteObject[] = [
  {
    path: '/',
    Component: Root,
    HydrateFallback: FirstSkeleton,
    children: [
      // In the first script: nobody waits for two in a row to sign in.
      { path: 'login', loader: loginLoader, Component: LoginPage },
      {
        // Signing out is a POST: a link from elsewhere ends no session.
        path: 'logout',
        loader: () => redirect(paths.organizations()),
        lazy: { action: async () => (await patiently(() => import('#pages/Frame.tsx'))).signOut },
      },
      {
        middleware: [signedIn],
        ErrorBoundary: FirstError,
        children: [
          {
            lazy: page('Frame', () => import('#pages/Frame.tsx')),
            children: [
              {
                // Errors of pages, and pages that do not exist, show inside the frame.
                lazy: page('FrameBody', () => import('#pages/Frame.tsx')),
                children: [
                  { index: true, loader: () => redirect(paths.organizations()) },
                  {
                    path: 'org',
                    lazy: page('OrganizationListPage', () => import('#pages/org/OrganizationListPage.tsx')),
                  },
                  { path: 'org/:orgName', loader: ({ params }) => redirect(paths.secrets(orgRef(params))) },
                  {
                    path: 'org/:orgName/secret',
                    lazy: page('SecretListPage', () => import('#pages/secret/SecretListPage.tsx')),
                  },
                  {
                    path: 'org/:orgName/new-secret',
                    lazy: page('SecretCreatePage', () => import('#pages/secret/SecretCreatePage.tsx')),
                  },
                  {
                    path: 'org/:orgName/secret/new',
                    lazy: { loader: async () => (await patiently(() => import('#pages/secret/oldAddress.ts'))).loader },
                  },
                  {
                    path: 'org/:orgName/secret/:secretName',
                    lazy: page('SecretPage', () => import('#pages/secret/SecretPage.tsx')),
                    children: [
                      { index: true, loader: ({ params }) => redirect(paths.secret(secretRef(params))) },
                      { path: 'info', lazy: page('InfoTab', () => import('#pages/secret/InfoTab.tsx')) },
                      { path: 'access', lazy: page('AccessTab', () => import('#pages/secret/AccessTab.tsx')) },
                      { path: 'audit', lazy: page('AuditTab', () => import('#pages/secret/AuditTab.tsx')) },
                      { path: 'settings', lazy: page('SettingsTab', () => import('#pages/secret/SettingsTab.tsx')) },
                    ],
                  },
                  {
                    path: 'org/:orgName/project/:projectName/encrypt',
                    lazy: page('EncryptPage', () => import('#pages/project/EncryptPage.tsx')),
                  },
                  {
                    path: 'profile/session',
                    lazy: page('SessionListPage', () => import('#pages/profile/SessionListPage.tsx')),
                  },
                  {
                    path: 'profile/password',
                    lazy: page('PasswordPage', () => import('#pages/profile/PasswordPage.tsx')),
                  },
                  // Of Concord's own console.
                  { path: 'profile', loader: () => redirect(paths.apiKeys()) },
                  { path: 'profile/api-token/_new', loader: () => redirect(paths.apiKeys()) },
                  {
                    path: 'profile/api-token',
                    lazy: page('ApiKeyListPage', () => import('#pages/profile/ApiKeyListPage.tsx')),
                  },
                  { path: '*', lazy: page('NotFoundPage', () => import('#pages/NotFoundPage.tsx')) },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
]
