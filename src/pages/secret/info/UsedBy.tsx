import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { refOf } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { linksOf } from '#concord/brokenLinks.ts'
import { type Usage, useUsage } from '#concord/usage.ts'
import { actorOf, repositoryCount, repositoryItems } from '#concord/words.ts'
import { paths } from '#paths.ts'
import { RelativeTime } from '#ui/RelativeTime.tsx'
import { useOnScreen } from '#ui/useOnScreen.ts'
import { Affected, BrokenLinks, HiddenUses, UsageFailed, UsageProgress } from '../parts/Affected.tsx'
import { CheckUsage } from '../parts/CheckUsage.tsx'

/**
 * The repositories that fetch their code with the secret. Looked up when this part of the page is on the screen, because
 * it may take a while.
 */
export function UsedBy({ secret }: { secret: Secret }) {
  const [section, isSeen] = useOnScreen<HTMLElement>()
  const usage = useUsage(secret, { wanted: isSeen })
  return (
    <section aria-labelledby="used-by" ref={section}>
      <h2 id="used-by">Used by</h2>
      {usage.error ? (
        <UsageFailed error={usage.error} onRetry={usage.check} />
      ) : (
        <>
          {usage.data ? <Uses usage={usage.data} secret={secret} /> : <UsageProgress usage={usage} />}
          <CheckUsage usage={usage} />
        </>
      )}
    </section>
  )
}

function Uses({ usage, secret }: { usage: Usage; secret: Secret }) {
  const { orgName, encryptedBy } = secret
  const { working, workingTotal: total, brokenTotal } = linksOf(secret, usage)
  const where = usage.hidden === undefined ? ` of ${orgName}` : ''
  return (
    <>
      <p className="muted" role="status">
        {total === 0 && `No repository${where} that you can read uses it. Flows may use it by name.`}
      </p>
      {total > 0 && (
        <Affected
          title={<b>{repositoryCount({ total, more: usage.more })}</b>}
          items={repositoryItems(working, orgName)}
        />
      )}
      {/* Links of those are broken too. */}
      {encryptedBy !== 'PASSWORD' && <HiddenUses usage={usage} orgName={orgName} />}
      {brokenTotal > 0 && (
        <div className="broken">
          <BrokenLinks usage={usage} secret={secret} />
          <p>{wayOut(secret)}</p>
        </div>
      )}
      {usage.lastUse && <LastUse {...usage.lastUse} />}
    </>
  )
}

/** How to repair a broken link. */
function wayOut(secret: Secret): ReactNode {
  if (secret.encryptedBy === 'PASSWORD') return 'Link a secret without a store password there.'
  return (
    <>
      Allow the project in <Link to={paths.secret(refOf(secret), 'settings')}>Settings</Link>, or link another secret
      there.
    </>
  )
}

function LastUse({ entry }: NonNullable<Usage['lastUse']>) {
  if (!entry) return <p className="muted">The audit log has no use of its value.</p>
  return (
    <p>
      Last used <RelativeTime at={entry.entryDate} /> by <b>{actorOf(entry)}</b>.
    </p>
  )
}
