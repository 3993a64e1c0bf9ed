import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { explained } from '#api/explain.ts'
import { readFresh } from '#api/queryClient.ts'
import { refOf, replaceSecretAccess, secretAccessQuery } from '#api/secrets.ts'
import { teamListQuery } from '#api/teams.ts'
import type { ResourceAccess, Secret, Team } from '#api/types.ts'
import { readBefore, useChange } from '#api/useChange.ts'
import { useKnownTeams } from '#concord/knownTeams.ts'
import { LockOutWarning, lockOut } from '#concord/lockOut.tsx'
import { useRight, useRightFacts } from '#concord/rights.ts'
import { grantItems, type Item } from '#concord/words.ts'
import { ActButton } from '#ui/SettingRow.tsx'
import { announce, warn } from '#ui/StatusMessage.tsx'
import { count } from '#ui/words.ts'
import { Affected } from '../../parts/Affected.tsx'
import { ConfirmSecretChange } from '../../parts/ConfirmSecretChange.tsx'
import { survivingGrants, whoseTeams } from './preflightLines.ts'

type Props = {
  secret: Secret
  /** The organization that it has left. */
  from: string
}

/** The teams of the old organization that a move leaves with access (concord-api §14, Q16), and their removal. */
export function OldTeams({ secret, from }: Props) {
  /** The teams that the dialog asks about. It stays open when the page is read again without them. */
  const [asking, setAsking] = useState<Item[]>()
  const right = useRight('OWNER', secret)
  const { data: access } = useQuery(secretAccessQuery(refOf(secret)))
  const oldTeams = useKnownTeams(from, access)
  const { data: teams } = useQuery(teamListQuery(secret))
  if (!access || !teams) return null

  const surviving = survivingGrants(access, teams)
  const known = [...(oldTeams ?? []), ...teams]
  const items = grantItems(surviving, from, known)
  return (
    <section>
      {surviving.length > 0 && (
        <>
          <Affected
            title={
              <>
                <b>{count(surviving.length, 'team')}</b> {whoseTeams(surviving, known)} still{' '}
                {surviving.length === 1 ? 'has' : 'have'} access:
              </>
            }
            items={items}
          />
          <ActButton
            action="Remove old teams’ access"
            blocked={right?.verdict === 'no' ? right.why : undefined}
            onAct={() => setAsking(items)}
          />
        </>
      )}
      {asking && (
        <RemovalDialog
          secret={secret}
          items={asking}
          teams={teams}
          oldTeams={oldTeams ?? []}
          onClose={() => setAsking(undefined)}
        />
      )}
    </section>
  )
}

type DialogProps = { secret: Secret; items: Item[]; teams: Team[]; oldTeams: Team[]; onClose: () => void }

function RemovalDialog({ secret, items, teams, oldTeams, onClose }: DialogProps) {
  const facts = useRightFacts(secret)
  const readGrants = () => readFresh(secretAccessQuery(refOf(secret)))
  const withoutOldTeams = (access: ResourceAccess[]) => {
    const old = new Set(survivingGrants(access, teams))
    return access.filter((grant) => !old.has(grant))
  }

  // The caller's right may come from an old team only. The teams are needed to know which grants are the caller's.
  const risk =
    facts?.access &&
    lockOut({ ...facts, access: facts.access, teams: [...teams, ...oldTeams] }, withoutOldTeams(facts.access))

  const removal = useChange<unknown>(
    // The grants are replaced as a whole, so they are read first.
    async () => replaceSecretAccess(refOf(secret), withoutOldTeams(await readBefore(readGrants))),
    {
      done: () => {
        announce(`Removed the access of ${count(items.length, 'team')} to ${secret.name}.`)
        onClose()
      },
      failed: (error, isHere) => {
        if (!isHere) warn(`The old teams may still have access to ${secret.name}. ${explained(error)}`)
      },
      checksWhenBack: true,
      checkOutcome: async () =>
        survivingGrants(await readGrants(), teams).length > 0
          ? { words: 'They still have access.' }
          : { words: 'Their access is removed.', made: { data: undefined } },
    },
  )

  return (
    <ConfirmSecretChange
      secret={secret}
      change={{ ...removal, failedWords: 'Their access was not removed.' }}
      title={`Remove the old teams’ access to ${secret.name}`}
      action="Yes, remove their access"
      serious={risk?.risk === 'access' || risk?.risk === 'control'}
      onClose={onClose}
    >
      <Affected
        title={`What they run with ${secret.name} fails from then on. They can be given access again at any time.`}
        items={items}
      />
      {risk && <LockOutWarning {...risk} />}
    </ConfirmSecretChange>
  )
}
