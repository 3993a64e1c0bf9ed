import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { organizationQuery } from '#api/orgs.ts'
import { refOf, secretAccessQuery, updateSecret } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { useKnownTeams } from '#concord/knownTeams.ts'
import { type Right, useRight } from '#concord/rights.ts'
import { keepers, publicReach } from '#concord/words.ts'
import { ActButton, SettingRow } from '#ui/SettingRow.tsx'
import { Affected } from '../parts/Affected.tsx'
import { ConfirmSecretChange } from '../parts/ConfirmSecretChange.tsx'
import { useSecretChange } from './useSecretChange.ts'

export function SetVisibility({ secret }: { secret: Secret }) {
  const [asking, setAsking] = useState(false)
  const right = useRight('WRITER', secret)
  const isPublic = secret.visibility === 'PUBLIC'
  const close = () => setAsking(false)
  return (
    <SettingRow
      title="Visibility"
      words={
        isPublic
          ? `It is public: every signed-in user can use it, and every member of ${secret.orgName} can change it.`
          : 'It is private: its owner and teams with a grant can use it.'
      }
    >
      <ActButton
        action={isPublic ? 'Make private' : 'Make public'}
        blocked={right?.verdict === 'no' ? right.why : undefined}
        onAct={() => setAsking(true)}
      />
      {asking &&
        (isPublic ? (
          <MakePrivateDialog secret={secret} onClose={close} />
        ) : (
          <MakePublicDialog secret={secret} onClose={close} />
        ))}
    </SettingRow>
  )
}

type DialogProps = { secret: Secret; onClose: () => void }

function MakePublicDialog({ secret, onClose }: DialogProps) {
  const { orgName, name } = secret
  const makePublic = useSecretChange(secret, {
    send: () => updateSecret(refOf(secret), { visibility: 'PUBLIC' }),
    isMade: (now) => now.visibility === 'PUBLIC',
    doneWords: `Made ${name} public.`,
    failedWords: `${name} was not made public.`,
    makesPublic: true,
    done: onClose,
  })
  return (
    <ConfirmSecretChange
      secret={secret}
      change={makePublic}
      title={`Make secret “${name}” public`}
      action="Yes, make it public"
      serious
      happens={
        <ul>
          <li>
            <b>Every signed-in user</b> of this server can use it, also from other organizations.
          </li>
          <li>
            <b>Every member of {orgName}</b> can rename it, move it, replace its value and change the projects that may
            use it.
          </li>
          <li>{publicReach(secret)}</li>
        </ul>
      }
      forGood="Making it private again does not take back a value that somebody has read in the meantime."
      onClose={onClose}
    />
  )
}

function MakePrivateDialog({ secret, onClose }: DialogProps) {
  const { orgName, name } = secret
  const access = useQuery(secretAccessQuery(refOf(secret)))
  const org = useQuery(organizationQuery({ orgName }))
  const asPrivate: Secret = { ...secret, visibility: 'PRIVATE' }
  const mayUse = useRight('READER', asPrivate)
  const mayChange = useRight('WRITER', asPrivate)
  const makePrivate = useSecretChange(secret, {
    send: () => updateSecret(refOf(secret), { visibility: 'PRIVATE' }),
    isMade: (now) => now.visibility === 'PRIVATE',
    doneWords: `Made ${name} private.`,
    failedWords: `${name} was not made private.`,
    done: onClose,
  })
  const teams = useKnownTeams(orgName, access.data)
  const kept = keepers(secret, { org: org.data, access: access.data ?? [], teams })
  return (
    <ConfirmSecretChange
      secret={secret}
      change={makePrivate}
      title={`Make secret “${name}” private`}
      action="Yes, make it private"
      serious={mayChange?.verdict === 'no'}
      preview={access.isError || org.isError ? 'failed' : access.data && org.data ? 'ready' : 'loading'}
      happens={
        <ul>
          <li>Only the people below can use it. All members of {orgName} still see its name.</li>
          <li>Its value, its owner, its grants and its projects stay.</li>
        </ul>
      }
      affected={
        <>
          <Affected title={<b>Keep access:</b>} items={kept} mono={false} />
          <p>
            <b>Lose access:</b> every other signed-in user, also the other members of {orgName}. What they run with it
            fails from then on.
          </p>
          <OwnLoss mayUse={mayUse} mayChange={mayChange} />
        </>
      }
      onClose={onClose}
    />
  )
}

/** What the caller loses, which the list of those who keep access does not show. */
function OwnLoss({ mayUse, mayChange }: { mayUse: Right | undefined; mayChange: Right | undefined }) {
  if (mayUse?.verdict === 'no')
    return (
      <p className="note error" role="alert">
        You lose it too: you could no longer open it or make it public again.
      </p>
    )
  if (mayUse?.verdict === 'unknown')
    return <p className="note error">You lose it too, unless one of the teams above is yours.</p>
  if (mayChange?.verdict === 'no')
    return <p className="note error">You could not make it public again yourself: that needs Writer access.</p>
  return null
}
