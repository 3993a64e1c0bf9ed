import { useSuspenseQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { LoaderFunction } from 'react-router'
import { organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { secretAccessQuery, secretQuery } from '#api/secrets.ts'
import { serverVersionQuery } from '#api/serverVersion.ts'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import { teamListQuery } from '#api/teams.ts'
import type { Secret } from '#api/types.ts'
import { type Right, useRight } from '#concord/rights.ts'
import { useUsage } from '#concord/usage.ts'
import { secretRef, useSecretRef } from '#params.ts'
import { warn } from '#ui/StatusMessage.tsx'
import { useOnScreen } from '#ui/useOnScreen.ts'
import { ChangeOwner } from './settings/ChangeOwner.tsx'
import { DeleteSecret } from './settings/DeleteSecret.tsx'
import { LinkProjects } from './settings/LinkProjects.tsx'
import { MoveSecret } from './settings/move/MoveSecret.tsx'
import { OwnersRow, ReadOnlySettings } from './settings/ReadOnly.tsx'
import { RenameSecret } from './settings/RenameSecret.tsx'
import { SetVisibility } from './settings/SetVisibility.tsx'
import { UsageRow } from './settings/UsageRow.tsx'

/** Loads the facts about the caller's rights too, so that no button changes after it is shown. */
export const loader: LoaderFunction = async ({ params }) => {
  const ref = secretRef(params)
  await Promise.all([
    queryClient.fetchQuery(secretQuery(ref)),
    // These may fail: a right that is not known blocks nothing (see concord/rights.ts).
    queryClient.prefetchQuery(whoamiQuery),
    queryClient.prefetchQuery(userInfoQuery),
    queryClient.prefetchQuery(organizationQuery(ref)),
    queryClient.prefetchQuery(secretAccessQuery(ref)),
    queryClient.prefetchQuery(teamListQuery(ref)),
    queryClient.prefetchQuery(serverVersionQuery),
  ])
  return null
}

export function SettingsTab() {
  const { data: secret } = useSuspenseQuery(secretQuery(useSecretRef()))
  useSayWhenReplaced(secret)
  const right = useRight('WRITER', secret)
  const isOff = useIsOff(right, secret)
  return isOff && right ? <ReadOnlySettings secret={secret} right={right} /> : <Settings secret={secret} />
}

/**
 * Whether what needs this right is left out. Where it was there it stays, with the reason at each button: an open dialog
 * has to show why it was refused.
 */
function useIsOff(right: Right | undefined, { id }: Secret) {
  const [shownFor, setShownFor] = useState<string>()
  const isOff = right?.verdict === 'no' && shownFor !== id
  if (!isOff && shownFor !== id) setShownFor(id)
  return isOff
}

/** What changes the secret, from harmless to final. Each row asks before it acts. */
function Settings({ secret }: { secret: Secret }) {
  const [zone, isSeen] = useOnScreen<HTMLElement>()
  const ownerRight = useRight('OWNER', secret)
  const isOwnersOff = useIsOff(ownerRight, secret)
  const usage = useUsage(secret, { wanted: isSeen })
  // The inputs of a card start from this secret: another secret, or another name, resets them.
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
      <section className="setting-rows danger" aria-labelledby="danger-zone" ref={zone}>
        <UsageRow usage={usage} secret={secret} />
        <LinkProjects key={`projects ${id}`} secret={secret} usage={usage} />
        {!isOwnersOff && <ChangeOwner key={`owner ${id}`} secret={secret} />}
        <MoveSecret key={`move ${id}`} secret={secret} usage={usage} />
        {isOwnersOff && ownerRight ? (
          <OwnersRow secret={secret} right={ownerRight} />
        ) : (
          <DeleteSecret key={`delete ${id}`} secret={secret} usage={usage} />
        )}
      </section>
    </>
  )
}

/** Another secret can get the name while the page is open: says that open dialogs were closed. */
function useSayWhenReplaced({ id, name, orgName }: Secret) {
  const before = useRef({ id, name, orgName })
  useEffect(() => {
    const was = before.current
    before.current = { id, name, orgName }
    if (was.id === id || was.name !== name || was.orgName !== orgName) return
    warn(`Another secret of ${orgName} is named ${name} now. Yours was renamed, moved or deleted. Nothing was sent.`)
  }, [id, name, orgName])
}
