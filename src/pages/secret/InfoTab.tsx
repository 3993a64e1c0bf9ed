import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { secretQuery } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { ProtectionFact, TypeFact, VisibilityFact } from '#concord/facts.tsx'
import { useSecretRef } from '#params.ts'
import { paths } from '#paths.ts'
import { CopyButton } from '#ui/CopyButton.tsx'
import { RelativeTime } from '#ui/RelativeTime.tsx'
import { PublicKeySection } from './info/PublicKeySection.tsx'
import { UsedBy } from './info/UsedBy.tsx'
import { HowToUse } from './parts/HowToUse.tsx'
import { OwnerName } from './parts/OwnerName.tsx'

export function InfoTab() {
  const { data: secret } = useSuspenseQuery(secretQuery(useSecretRef()))
  return (
    <>
      <dl className="details">
        <dt>Name</dt>
        <dd>
          <span className="mono">{secret.name}</span> <CopyButton text={secret.name} label="Copy name" />
        </dd>
        <dt>Id</dt>
        <dd>
          <span className="mono">{secret.id}</span> <CopyButton text={secret.id} label="Copy id" />
          <p className="note">Stays the same when the secret is renamed or moved.</p>
        </dd>
        <dt>Organization</dt>
        <dd>
          <Link className="mono" to={paths.secrets(secret)}>
            {secret.orgName}
          </Link>
        </dd>
        <dt>Organization id</dt>
        <dd>
          <span className="mono">{secret.orgId}</span> <CopyButton text={secret.orgId} label="Copy organization id" />
        </dd>
        <dt>Type</dt>
        <dd>
          <TypeFact type={secret.type} />
        </dd>
        <dt>Visibility</dt>
        <dd>
          <VisibilityFact visibility={secret.visibility} />
          <p className="note">{visibilityMeaning(secret)}</p>
        </dd>
        <dt>Protection</dt>
        <dd>
          <ProtectionFact encryptedBy={secret.encryptedBy} />
          <p className="note">
            {secret.encryptedBy === 'PASSWORD'
              ? 'Reading the value requires the store password, which the server does not keep. Repositories cannot use it.'
              : 'The server can decrypt it for everybody who may read it, and for its repositories.'}
          </p>
        </dd>
        <dt>Store</dt>
        <dd className="mono">{secret.storeType}</dd>
        <dt>Owner</dt>
        <dd>
          <OwnerName owner={secret.owner} />
        </dd>
        <dt>Projects</dt>
        <dd>
          <Projects secret={secret} />
        </dd>
        <dt>Value set</dt>
        <dd>
          <RelativeTime at={secret.lastUpdatedAt ?? secret.createdAt} />
          <p className="note">
            {secret.lastUpdatedAt
              ? 'When the value or the store password last changed. Renames, moves and changes of access do not count.'
              : 'This is still the first value: neither it nor the store password has ever changed.'}
          </p>
        </dd>
        <dt>Created</dt>
        <dd>
          <RelativeTime at={secret.createdAt} />
        </dd>
      </dl>
      {secret.type === 'KEY_PAIR' && <PublicKeySection secret={secret} key={secret.id} />}
      <UsedBy secret={secret} />
      <HowToUse secret={secret} />
    </>
  )
}

/** What PUBLIC really means: concord-api §9.3, Q3 and Q4. */
function visibilityMeaning({ visibility, encryptedBy, projects, orgName }: Secret) {
  if (visibility === 'PRIVATE')
    return `For its owner, the owner of ${orgName}, administrators, and teams that were given access.`
  const readable = encryptedBy === 'SERVER_KEY' && projects.length === 0
  return `Every signed-in user of this server can use it${
    readable ? ' and read its value' : ''
  }, and every member of ${orgName} can change, rename or move it.`
}

function Projects({ secret: { projects, orgName } }: { secret: Secret }) {
  if (!projects.length) return <>Every project of {orgName} may use it.</>
  const names = projects.map(({ name }) => name).sort((a, b) => a.localeCompare(b))
  return (
    <>
      {names.map((name, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <span className="mono">{name}</span>
        </span>
      ))}
      <p className="note">
        Only processes of {names.length === 1 ? 'this project' : 'these projects'} can read the value.
      </p>
    </>
  )
}
