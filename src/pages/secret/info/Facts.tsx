import { Link } from 'react-router'
import { refOf } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { paths } from '#paths.ts'
import { CopyButton } from '#ui/CopyButton.tsx'
import { RelativeTime } from '#ui/RelativeTime.tsx'
import { OwnerName } from '../parts/OwnerName.tsx'

/** What the heading does not say already. */
export function Facts({ secret }: { secret: Secret }) {
  return (
    <section aria-labelledby="facts" className="info-facts">
      <h2 id="facts">Facts</h2>
      <dl className="details stacked">
        <dt>Owner</dt>
        <dd>
          <OwnerName owner={secret.owner} />
        </dd>
        <dt>Who can use it</dt>
        <dd>
          <Reach secret={secret} />
        </dd>
        <dt>Projects</dt>
        <dd>
          <Projects secret={secret} />
        </dd>
        <dt>Value set</dt>
        <dd>
          <RelativeTime at={secret.lastUpdatedAt ?? secret.createdAt} />
          {!secret.lastUpdatedAt && <span className="muted">, never changed</span>}
        </dd>
        <dt>Created</dt>
        <dd>
          <RelativeTime at={secret.createdAt} />
        </dd>
      </dl>
      <Ids secret={secret} />
    </section>
  )
}

/** What PUBLIC really means: concord-api §9.3, Q3 and Q4. */
function Reach({ secret }: { secret: Secret }) {
  const { visibility, encryptedBy, projects, orgName } = secret
  if (visibility === 'PRIVATE')
    return (
      <p>
        Its owner, and teams with <Link to={paths.secret(refOf(secret), 'access')}>access</Link>.
      </p>
    )
  const isReadable = encryptedBy === 'SERVER_KEY' && projects.length === 0
  return (
    <>
      Every signed-in user{isReadable ? ', who can also read its value' : ''}. Every member of {orgName} can change it.
    </>
  )
}

function Projects({ secret: { projects, orgName } }: { secret: Secret }) {
  if (!projects.length) return <>Every project of {orgName}</>
  const names = projects.map(({ name }) => name).sort((a, b) => a.localeCompare(b))
  return (
    <>
      Only{' '}
      {names.map((name, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <span className="mono">{name}</span>
        </span>
      ))}
    </>
  )
}

/** For scripts: rarely needed, and long. */
function Ids({ secret: { id, orgId, storeType } }: { secret: Secret }) {
  return (
    <details>
      <summary>Ids</summary>
      <dl className="details stacked">
        <dt>Secret id, the same after a rename or a move</dt>
        <dd>
          <span className="mono">{id}</span> <CopyButton text={id} label="Copy id" />
        </dd>
        <dt>Organization id</dt>
        <dd>
          <span className="mono">{orgId}</span> <CopyButton text={orgId} label="Copy organization id" />
        </dd>
        <dt>Store</dt>
        <dd className="mono">{storeType}</dd>
      </dl>
    </details>
  )
}
