import type { Secret } from '#api/types.ts'
import { useUsage } from '#concord/usage.ts'
import { repositoryItems } from '#concord/words.ts'
import { count } from '#ui/words.ts'
import { Affected, HiddenProjects, UsageFailed } from '../parts/Affected.tsx'

/**
 * The repositories that fetch their code with the secret. Looked up after the page is shown, because it may take a
 * while.
 */
export function UsedBy({ secret }: { secret: Secret }) {
  const { data: usage, error, refetch } = useUsage(secret)
  return (
    <section aria-labelledby="used-by">
      <h2 id="used-by">Used by</h2>
      {error ? (
        <UsageFailed onRetry={refetch} />
      ) : (
        <>
          <p className="muted" role="status">
            {usage?.complete
              ? usage.uses.length === 0 &&
                `No repository of ${secret.orgName} that you can read uses it. Flows may still use it by name.`
              : `Reading the projects of ${secret.orgName}${
                  usage ? `: ${usage.projectsRead} of ${usage.projectsTotal}` : ''
                } …`}
          </p>
          {usage && usage.uses.length > 0 && (
            <Affected
              title={count(usage.uses.length, 'repository', 'repositories')}
              items={repositoryItems(usage.uses)}
            />
          )}
          {usage && <HiddenProjects names={usage.unreadable} />}
        </>
      )}
    </section>
  )
}
