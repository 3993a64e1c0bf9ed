import type { Secret } from '#api/types.ts'
import type { Right } from '#concord/rights.ts'
import { SettingRow } from '#ui/SettingRow.tsx'
import { Effects } from '../parts/Effects.tsx'
import { CopyRequest, NoRightMessage, useNoRight } from '../parts/NoRight.tsx'
import { OwnerName } from '../parts/OwnerName.tsx'
import { ownsIt } from './ChangeOwner.tsx'

type Props = { secret: Secret; right: Right }

/** In place of the settings. What they are stands below. */
export function ReadOnlySettings({ secret, right }: Props) {
  const { orgName, projects } = secret
  return (
    <>
      <NoRightMessage act="change" secret={secret} right={right} />
      <dl className="details">
        <dt>Name</dt>
        <dd className="mono">{secret.name}</dd>
        <dt>Visibility</dt>
        <dd>{secret.visibility === 'PUBLIC' ? 'Public' : 'Private'}</dd>
        <dt>Projects</dt>
        <dd>{projects.length ? projects.map(({ name }) => name).join(', ') : `Every project of ${orgName}`}</dd>
        <dt>Owner</dt>
        <dd>
          <OwnerName owner={secret.owner} />
        </dd>
      </dl>
    </>
  )
}

/** In place of the rows of the danger zone that only an owner may use. */
export function OwnersRow({ secret, right }: Props) {
  const { words, request } = useNoRight({ act: 'own', secret, right })
  return (
    <SettingRow
      title="Owner and deletion"
      words={
        <>
          <Effects of={[ownsIt(secret)]} />. {words}
        </>
      }
    >
      <CopyRequest request={request} />
    </SettingRow>
  )
}
