import { useQuery } from '@tanstack/react-query'
import { deleteSecret, refOf, secretAccessQuery } from '#api/secrets.ts'
import { teamListQuery } from '#api/teams.ts'
import type { Secret } from '#api/types.ts'
import { useRight } from '#concord/rights.ts'
import { type UsageLookup, useUsage } from '#concord/usage.ts'
import { grantsDo, projectItems, repositoriesUseIt } from '#concord/words.ts'
import { paths } from '#paths.ts'
import { DangerRow } from '#ui/SettingRow.tsx'
import { useOpenedByAddress } from '#ui/useOpenedByAddress.ts'
import { count } from '#ui/words.ts'
import { Affected, AffectedGrants, AffectedRepositories, previewOf } from '../parts/Affected.tsx'
import { ConfirmSecretChange } from '../parts/ConfirmSecretChange.tsx'
import { useSecretChange } from './useSecretChange.ts'

export function DeleteSecret({ secret, usage }: { secret: Secret; usage: UsageLookup }) {
  const [asking, setAsking] = useOpenedByAddress('delete')
  const right = useRight('OWNER', secret)
  const blocked = right?.verdict === 'no' ? right.why : undefined
  const access = useQuery(secretAccessQuery(refOf(secret))).data
  return (
    <DangerRow
      id="delete"
      title="Delete"
      consequence={consequence(secret, usage, access)}
      action="Delete this secret"
      blocked={blocked}
      onAct={() => setAsking(true)}
    >
      {asking && !blocked && <DeleteDialog secret={secret} onClose={() => setAsking(false)} />}
    </DangerRow>
  )
}

function consequence({ name, projects }: Secret, usage: UsageLookup, access: unknown[] | undefined) {
  const gone = [
    grantsDo(access, { one: 'goes with it', many: 'go with it' }),
    projects.length > 0 && `its limit to ${count(projects.length, 'project')} goes`,
    repositoriesUseIt(usage),
  ]
  return `The value of ${name} is gone for good, without earlier versions; ${gone.filter(Boolean).join('; ')}.`
}

function DeleteDialog({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const { orgName, name, projects } = secret
  const usage = useUsage(secret)
  const access = useQuery(secretAccessQuery(refOf(secret)))
  const teams = useQuery(teamListQuery({ orgName })).data

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
      typeName
      danger
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
            orgName={orgName}
            fate={{
              one: 'loses its link and fails at its next fetch',
              many: 'lose their link and fail at their next fetch',
            }}
            none="No repository that you can see uses it."
          />
          <AffectedGrants
            grants={access.data ?? []}
            orgName={orgName}
            teams={teams}
            fate={{ one: 'goes with it', many: 'go with it' }}
          />
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
