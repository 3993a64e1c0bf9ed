import { useSuspenseQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { LoaderFunction } from 'react-router'
import { organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { secretAccessQuery, secretQuery } from '#api/secrets.ts'
import { membershipQuery, userInfoQuery } from '#api/session.ts'
import { teamListQuery } from '#api/teams.ts'
import type { Secret } from '#api/types.ts'
import { secretRef, useSecretRef } from '#params.ts'
import { warn } from '#ui/StatusMessage.tsx'
import { ChangeOwner } from './settings/ChangeOwner.tsx'
import { DeleteSecret } from './settings/DeleteSecret.tsx'
import { LinkProjects } from './settings/LinkProjects.tsx'
import { MoveSecret } from './settings/move/MoveSecret.tsx'
import { RenameSecret } from './settings/RenameSecret.tsx'
import { SetVisibility } from './settings/SetVisibility.tsx'

/** With what tells the caller's rights, so that no button changes its mind while one looks at it. */
export const loader: LoaderFunction = async ({ params }) => {
  const ref = secretRef(params)
  await Promise.all([
    queryClient.fetchQuery(secretQuery(ref)),
    // These fail quietly: what cannot be known stops nobody (see concord/rights.ts).
    queryClient.prefetchQuery(membershipQuery),
    queryClient.prefetchQuery(userInfoQuery),
    queryClient.prefetchQuery(organizationQuery(ref)),
    queryClient.prefetchQuery(secretAccessQuery(ref)),
    queryClient.prefetchQuery(teamListQuery(ref)),
  ])
  return null
}

/** What changes the secret, from harmless to final. Each card asks before it acts. */
export function SettingsTab() {
  const { data: secret } = useSuspenseQuery(secretQuery(useSecretRef()))
  useSayingWhenReplaced(secret)
  // What is typed on a card starts from this secret: another one, or another name, begins anew.
  const { id, name } = secret
  return (
    <>
      <h2 id="name-and-visibility">Name and visibility</h2>
      <section className="setting-rows" aria-labelledby="name-and-visibility">
        <RenameSecret key={`name ${id} ${name}`} secret={secret} />
        <SetVisibility key={`visibility ${id}`} secret={secret} />
      </section>
      <h2 className="danger" id="danger-zone">
        Danger zone
      </h2>
      <section className="setting-rows danger" aria-labelledby="danger-zone">
        <LinkProjects key={`projects ${id}`} secret={secret} />
        <ChangeOwner key={`owner ${id}`} secret={secret} />
        <MoveSecret key={`move ${id}`} secret={secret} />
        <DeleteSecret key={`delete ${id}`} secret={secret} />
      </section>
    </>
  )
}

/** The name can become another secret's while one looks at it: what was begun is then closed, and not in silence. */
function useSayingWhenReplaced({ id, name, orgName }: Secret) {
  const before = useRef({ id, name, orgName })
  useEffect(() => {
    const was = before.current
    before.current = { id, name, orgName }
    if (was.id === id || was.name !== name || was.orgName !== orgName) return
    warn(
      `Another secret of ${orgName} has the name ${name} now. The one that you saw was renamed, moved or deleted; nothing that you had begun was sent.`,
    )
  }, [id, name, orgName])
}
