import type { Secret } from '#api/types.ts'
import { usageNotes } from '#concord/effects.ts'
import type { UsageLookup } from '#concord/usage.ts'
import { UsageProgress } from '../parts/Affected.tsx'
import { CheckUsage } from '../parts/CheckUsage.tsx'
import { Effects } from '../parts/Effects.tsx'

/** Above the rows that count repositories: what holds for the numbers of all of them, and how they are looked up. */
export function UsageRow({ usage, secret }: { usage: UsageLookup; secret: Secret }) {
  const { unchecked, progress, at } = usage
  const isLookedUp = unchecked !== undefined || progress !== undefined || at !== undefined
  const notes = usageNotes(secret, usage)
  if (!isLookedUp && notes.length === 0) return null
  return (
    <div className="setting-row usage">
      <div>
        {isLookedUp && !usage.data && <UsageProgress usage={usage} />}
        {usage.data && (
          <p>
            <Effects of={notes} none={`Repositories were looked up in the projects of ${secret.orgName}.`} />
          </p>
        )}
      </div>
      <div className="control">
        <CheckUsage usage={usage} />
      </div>
    </div>
  )
}
