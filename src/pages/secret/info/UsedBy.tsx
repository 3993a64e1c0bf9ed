import type { Secret } from '#api/types.ts'
import { type Usage, useUsage } from '#concord/usage.ts'
import { actorOf, repositoryCount, repositoryItems } from '#concord/words.ts'
import { RelativeTime } from '#ui/RelativeTime.tsx'
import { useOnScreen } from '#ui/useOnScreen.ts'
import { Affected, HiddenUses, UsageFailed, UsageProgress } from '../parts/Affected.tsx'
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
        <UsageFailed onRetry={usage.check} />
      ) : (
        <>
          {usage.data ? <Uses usage={usage.data} secret={secret} /> : <UsageProgress usage={usage} />}
          <CheckUsage usage={usage} />
        </>
      )}
    </section>
  )
}

function Uses({ usage, secret: { orgName } }: { usage: Usage; secret: Secret }) {
  const where = usage.hidden === undefined ? ` of ${orgName}` : ''
  return (
    <>
      <p className="muted" role="status">
        {usage.total === 0 && `No repository${where} that you can read uses it. Flows may still use it by name.`}
      </p>
      {usage.total > 0 && <Affected title={repositoryCount(usage)} items={repositoryItems(usage.uses, orgName)} />}
      <HiddenUses usage={usage} orgName={orgName} />
      {usage.lastUse && <LastUse {...usage.lastUse} />}
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
