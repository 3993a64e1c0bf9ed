import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { isApiError } from '#api/ApiError.ts'
import { organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { refOf, secretAccessQuery, updateSecret } from '#api/secrets.ts'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import type { Secret } from '#api/types.ts'
import { isUser, ownerName } from '#api/users.ts'
import { isGone } from '#concord/deletedMeanwhile.ts'
import { type Effect, KEEP, teamsDo } from '#concord/effects.ts'
import { useKnownTeams } from '#concord/knownTeams.ts'
import { isAdmin, useRight } from '#concord/rights.ts'
import { ownerKeeps } from '#concord/words.ts'
import { type ChosenUser, UserField } from '#fields/UserField.tsx'
import { ChangeRow } from '#ui/ChangeRow.tsx'
import { AffectedGrants } from '../parts/Affected.tsx'
import { ConfirmSecretChange } from '../parts/ConfirmSecretChange.tsx'
import { Effects } from '../parts/Effects.tsx'
import { useGone } from './useGone.ts'
import { useSecretChange } from './useSecretChange.ts'

export function ChangeOwner({ secret }: { secret: Secret }) {
  const [isOpen, setIsOpen] = useState(false)
  const [chosen, setChosen] = useState<ChosenUser>()
  const { id, setGone, words } = useGone('user')
  const [asking, setAsking] = useState(false)
  const right = useRight('OWNER', secret)
  const whoami = useQuery(whoamiQuery).data
  const access = useQuery(secretAccessQuery(refOf(secret))).data

  function whyNot() {
    if (right?.verdict === 'no') return right.why
    if (!chosen) return 'Choose the new owner first.'
    if (owns(secret, chosen)) return `${chosen.title} already owns it.`
    return undefined
  }

  const isMine = isUser(secret.owner, whoami)
  function close() {
    setIsOpen(false)
    setAsking(false)
    choose(undefined)
  }

  function choose(user: ChosenUser | undefined) {
    setChosen(user)
    setGone(undefined)
  }

  function drop({ title }: ChosenUser) {
    setAsking(false)
    setChosen(undefined)
    setGone(title)
  }

  return (
    <ChangeRow
      danger
      id={id}
      title="Owner"
      words={<Effects of={[ownsIt(secret, isMine), ...teamsDo(access, KEEP)]} />}
      action="Change owner"
      blocked={whyNot()}
      onAct={() => setAsking(true)}
      isOpen={isOpen}
      onOpen={() => setIsOpen(true)}
      onCancel={close}
    >
      <UserField label="New owner" value={chosen} onChange={choose} error={words} />
      {asking && chosen && (
        <OwnerDialog
          secret={secret}
          chosen={chosen}
          isMine={isMine}
          onGone={() => drop(chosen)}
          onClose={() => setAsking(false)}
          onDone={close}
        />
      )}
    </ChangeRow>
  )
}

/** Also for those who may not change it. */
export function ownsIt({ owner }: Pick<Secret, 'owner'>, isMine = false): Effect {
  if (isMine) return { what: 'You', does: 'own it' }
  return owner ? { what: ownerName(owner), does: 'owns it' } : { what: 'Nobody', does: 'owns it: the user was deleted' }
}

function useOwnerKeeps(secret: Secret) {
  const org = useQuery(organizationQuery({ orgName: secret.orgName })).data
  const access = useQuery(secretAccessQuery(refOf(secret))).data
  const me = useQuery(userInfoQuery).data
  const isMine = isUser(secret.owner, useQuery(whoamiQuery).data)
  return ownerKeeps(secret, { org, access, isAdmin: isMine && isAdmin(me) })
}

const owns = ({ owner }: Secret, chosen: ChosenUser) =>
  'id' in chosen ? owner?.id === chosen.id : owner?.username === chosen.username.toLowerCase()

type DialogProps = {
  secret: Secret
  chosen: ChosenUser
  isMine: boolean
  /** The user was deleted meanwhile. */
  onGone: () => void
  onClose: () => void
  onDone: () => void
}

function OwnerDialog({ secret, chosen, isMine, onGone, onClose, onDone }: DialogProps) {
  const { name, orgName } = secret
  const access = useQuery(secretAccessQuery(refOf(secret)))
  const teams = useKnownTeams(orgName, access.data)
  const keeps = useOwnerKeeps(secret)
  const me = useQuery(userInfoQuery).data
  // What the caller could do if somebody else owned it.
  const left = useRight('WRITER', { ...secret, owner: {} })
  const becomesMine = 'id' in chosen && chosen.id === me?.id

  const changeOwner = useSecretChange(secret, {
    send: () =>
      updateSecret(refOf(secret), { owner: 'id' in chosen ? { id: chosen.id } : { username: chosen.username } }),
    isMade: (now) => owns(now, chosen),
    doneWords: `Changed the owner of ${name} to ${chosen.title}.`,
    failedWords: `The owner of ${name} was not changed.`,
    failed: (error) => {
      // What was typed instead of picked stays, to be corrected.
      if (!isGone('user', error) || !('id' in chosen) || chosen.title === chosen.id) return
      void queryClient.invalidateQueries({ queryKey: ['users'] })
      onGone()
    },
    done: onDone,
  })

  const before = isMine ? 'You' : ownerName(secret.owner)
  return (
    <ConfirmSecretChange
      secret={secret}
      change={changeOwner}
      title={`Change the owner of secret “${name}” to ${chosen.title}`}
      action={`Yes, change the owner to ${chosen.title}`}
      serious
      preview={access.isError ? 'failed' : access.data ? 'ready' : 'loading'}
      blocked={owns(secret, chosen) ? `${chosen.title} already owns it.` : undefined}
      happens={
        <ul>
          <li>
            <b>{becomesMine ? 'You' : chosen.title}</b> can do everything with it: use it, change its value, its access
            and its owner, delete it.
          </li>
          {secret.owner && (
            <li>
              <b>{before}</b> {isMine ? 'keep' : 'keeps'} {keeps}.
            </li>
          )}
          <li>Its name, value, visibility, grants and projects stay.</li>
        </ul>
      }
      affected={
        <>
          <AffectedGrants grants={access.data ?? []} orgName={orgName} teams={teams} fate={KEEP} />
          {isMine && left && <p className={left.verdict === 'no' ? 'note error' : undefined}>{whatIsLeft(left)}</p>}
        </>
      }
      nextStep={(error) =>
        isApiError(error) && error.words.includes('User not found') && 'username' in chosen
          ? 'Check the spelling. By name, the server finds only users of its directory. Enter others by id.'
          : undefined
      }
      onClose={onClose}
    />
  )
}

function whatIsLeft({ verdict, why }: NonNullable<ReturnType<typeof useRight>>) {
  if (verdict === 'yes') return `You can still change it afterwards. ${why}`
  if (verdict === 'no') return 'You could no longer change it or undo this.'
  return 'The console cannot see whether a team of yours keeps the right to change it.'
}
