import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { queryClient } from '#api/queryClient.ts'
import { replaceSecretAccess, secretAccessQuery } from '#api/secrets.ts'
import { teamListQuery } from '#api/teams.ts'
import type { ResourceAccess, Secret, Team } from '#api/types.ts'
import { useChange } from '#api/useChange.ts'
import { ConfirmDialog } from '#ui/ConfirmDialog.tsx'
import { ErrorMessage } from '#ui/ErrorMessage.tsx'
import { announce } from '#ui/StatusMessage.tsx'
import { LockOutWarning } from '../../access/LockOutWarning.tsx'
import { lockOut } from '../../access/lockOut.ts'
import { useRight, useRightFacts } from '../../rights.ts'
import { Affected } from '../Affected.tsx'
import { ActButton } from '../DangerRow.tsx'
import { refOf } from '../useSecretChange.ts'
import { count } from '../words.ts'
import { survivingGrants, whoseTeams } from './preflight.ts'

type Props = {
  secret: Secret
  /** The organization that it has left. */
  from: string
}

/** The teams of the old organization that a move leaves with access (concord-api §14, Q16), and their removal. */
export function OldTeams({ secret, from }: Props) {
  const [asking, setAsking] = useState(false)
  const right = useRight('OWNER', secret)
  const { data: oldTeams } = useQuery(teamListQuery({ orgName: from }))
  const { data: access } = useQuery(secretAccessQuery(refOf(secret)))
  const { data: teams } = useQuery(teamListQuery(secret))
  const surviving = access && teams ? survivingGrants(access, teams) : []
  if (surviving.length === 0 || !teams) return null

  const names = surviving.map((grant) => `${grant.teamName ?? grant.teamId} (${grant.level})`).sort()
  return (
    <section>
      <Affected
        title={
          <>
            <b>{count(surviving.length, 'team')}</b> {whoseTeams(surviving, from, oldTeams)} still{' '}
            {surviving.length === 1 ? 'has' : 'have'} access:
          </>
        }
        items={names}
      />
      <ActButton
        action="Remove old teams’ access"
        blocked={right?.verdict === 'no' ? right.why : undefined}
        onAct={() => setAsking(true)}
      />
      {asking && (
        <RemovalDialog
          secret={secret}
          names={names}
          teams={teams}
          oldTeams={oldTeams ?? []}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  )
}

type DialogProps = { secret: Secret; names: string[]; teams: Team[]; oldTeams: Team[]; onClose: () => void }

function RemovalDialog({ secret, names, teams, oldTeams, onClose }: DialogProps) {
  const facts = useRightFacts(secret)
  const query = { ...secretAccessQuery(refOf(secret)), staleTime: 0 }
  const withoutOldTeams = (access: ResourceAccess[]) => {
    const old = new Set(survivingGrants(access, teams))
    return access.filter((grant) => !old.has(grant))
  }

  // Who moved it by the right of an old team may have no other. Its id tells whether a grant is to a team of theirs.
  const risk =
    facts?.access &&
    lockOut({ ...facts, access: facts.access, teams: [...teams, ...oldTeams] }, withoutOldTeams(facts.access))

  function done() {
    announce(`Removed the access of ${count(names.length, 'team')} to ${secret.name}.`)
    onClose()
  }

  const removal = useChange(
    // The grants are replaced as a whole: only what is there now may be sent back.
    async () => replaceSecretAccess(refOf(secret), withoutOldTeams(await queryClient.fetchQuery(query))),
    {
      done,
      found: async () => {
        if (survivingGrants(await queryClient.fetchQuery(query), teams).length > 0) return 'They still have access.'
        done()
        return 'Their access is removed.'
      },
    },
  )

  return (
    <ConfirmDialog
      title={`Remove the old teams’ access to ${secret.name}`}
      action="Yes, remove their access"
      danger
      busy={removal.isPending}
      onConfirm={() => removal.mutate()}
      onClose={onClose}
      problem={
        <ErrorMessage
          error={removal.error}
          title="Their access was not removed."
          readAgain={removal.readAgain}
          found={removal.found}
        />
      }
    >
      <Affected
        title={`What they run with ${secret.name} fails from then on. They can be given access again at any time.`}
        items={names}
      />
      {risk && <LockOutWarning {...risk} />}
    </ConfirmDialog>
  )
}
