import { useQuery } from '@tanstack/react-query'
import { deleteSecret, refOf, secretAccessQuery } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { LOSE, repositoriesDo, STOP, teamsDo } from '#concord/effects.ts'
import { useKnownTeams } from '#concord/knownTeams.ts'
import { useRight } from '#concord/rights.ts'
import { type UsageLookup, useUsage } from '#concord/usage.ts'
import { projectItems } from '#concord/words.ts'
import { paths } from '#paths.ts'
import { ActButton, SettingRow } from '#ui/SettingRow.tsx'
import { useOpenedByAddress } from '#ui/useOpenedByAddress.ts'
import { count } from '#ui/words.ts'
import { Affected, AffectedGrants, AffectedRepositories, previewOf } from '../parts/Affected.tsx'
import { ConfirmSecretChange } from '../parts/ConfirmSecretChange.tsx'
import { Effects } from '../parts/Effects.tsx'
import { useSecretChange } from './useSecretChange.ts'

export function DeleteSecret({ secret, usage }: { secret: Secret; usage: UsageLookup }) {
  const [asking, setAsking] = useOpenedByAddress('delete')
  const right = useRight('OWNER', secret)
  const blocked = right?.verdict === 'no' ? right.why : undefined
  const access = useQuery(secretAccessQuery(refOf(secret))).data
  return (
    <SettingRow
      title="Delete"
      words={
        <Effects
          of={[
            { what: 'Its value', does: 'is gone for good' },
            ...repositoriesDo(secret, usage, STOP),
            ...teamsDo(access, LOSE),
          ]}
        />
      }
    >
      <ActButton action="Delete this secret" blocked={blocked} onAct={() => setAsking(true)} danger />
      {asking && <DeleteDialog secret={secret} onClose={() => setAsking(false)} />}
    </SettingRow>
  )
}

function DeleteDialog({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const { orgName, name, projects } = secret
  const usage = useUsage(secret)
  const access = useQuery(secretAccessQuery(refOf(secret)))
  const teams = useKnownTeams(orgName, access.data)

  const remove = useSecretChange(secret, {
    send: () => deleteSecret(refOf(secret)),
    after: null,
    isMade: () => false,
    doneWords: `Deleted ${name}.`,
    failedWords: `${name} was not deleted.`,
    to: () => paths.secrets({ orgName }),
    done: onClose,
  })

  return (
    <ConfirmSecretChange
      secret={secret}
      change={remove}
      title={`Delete secret “${name}” from ${orgName}`}
      action="Yes, delete this secret"
      serious
      preview={access.isError ? 'failed' : access.data ? previewOf(usage) : 'loading'}
      happens={
        <ul>
          <li>Its value is destroyed. There is no copy and there are no earlier versions.</li>
          <li>
            Flows and API calls that use <b className="mono">{name}</b> fail from then on.
          </li>
        </ul>
      }
      affected={
        <>
          <AffectedRepositories
            usage={usage}
            secret={secret}
            fate={STOP}
            none="No repository that you can see stops working."
          />
          <AffectedGrants grants={access.data ?? []} orgName={orgName} teams={teams} fate={LOSE} />
          <Affected
            title={
              projects.length ? (
                <>
                  Its limit to <b>{count(projects.length, 'project')}</b> goes with it:
                </>
              ) : (
                'It is not limited to projects.'
              )
            }
            items={projectItems(projects)}
          />
        </>
      }
      forGood="This cannot be undone. A new secret of the same name has another id: every link has to be made again."
      onClose={onClose}
    />
  )
}
