import type { Secret } from '#api/types.ts'
import { TypeFact, VisibilityFact } from '#concord/facts.tsx'

/** What a dialog is about: `org / name`, type, visibility. */
export function SecretSubject({ secret: { orgName, name, type, visibility } }: { secret: Secret }) {
  return (
    <p className="subject">
      <span className="mono">
        {orgName} / {name}
      </span>
      <TypeFact type={type} />
      <VisibilityFact visibility={visibility} />
    </p>
  )
}
