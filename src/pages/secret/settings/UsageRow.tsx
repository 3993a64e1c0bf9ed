import type { UsageLookup } from '#concord/usage.ts'
import { UsageProgress } from '../parts/Affected.tsx'
import { CheckUsage } from '../parts/CheckUsage.tsx'

/** Above the rows that count repositories, where these have to be looked up project by project. */
export function UsageRow({ usage, orgName }: { usage: UsageLookup; orgName: string }) {
  const { unchecked, progress, at } = usage
  if (unchecked === undefined && !progress && at === undefined) return null
  return (
    <div className="setting-row">
      {usage.data ? <p>Repositories were looked up in the projects of {orgName}.</p> : <UsageProgress usage={usage} />}
      <CheckUsage usage={usage} />
    </div>
  )
}
