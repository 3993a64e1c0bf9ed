import { refOf } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { noRight } from '#concord/noRight.ts'
import { type Right, useRightFacts } from '#concord/rights.ts'
import { paths } from '#paths.ts'
import { CopyButton } from '#ui/CopyButton.tsx'
import { Message } from '#ui/Message.tsx'
import { SettingRow } from '#ui/SettingRow.tsx'
import { Effects } from '../parts/Effects.tsx'
import { OwnerName } from '../parts/OwnerName.tsx'
import { ownsIt } from './ChangeOwner.tsx'

type Props = { secret: Secret; right: Right }

/** In place of the settings: who can change it, and how to ask for that. What it is stands below. */
export function ReadOnlySettings({ secret, right }: Props) {
  const { words, request } = useNoRight('WRITER', secret, right)
  const { orgName, projects } = secret
  return (
    <>
      <Message header={words}>
        <div className="tools">
          <CopyRequest request={request} />
        </div>
      </Message>
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
  const { words, request } = useNoRight('OWNER', secret, right)
  return (
    <SettingRow
      id="delete"
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

const CopyRequest = ({ request }: { request: string }) => (
  <CopyButton text={request} label="Copy request">
    Copy request
  </CopyButton>
)

/** With the address where it is given: the page that shows who has access, for those who may change that. */
function useNoRight(level: 'WRITER' | 'OWNER', secret: Secret, right: Right) {
  const facts = useRightFacts(secret)
  const { words, request } = facts ? noRight(level, right, facts) : { words: right.why, request: right.why }
  const address = window.location.origin + paths.secret(refOf(secret), right.missing ? 'info' : 'access')
  return { words, request: `${request} ${address}` }
}
