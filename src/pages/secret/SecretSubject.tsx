import type { Secret } from '#api/types.ts'
import { VisibilityFact } from '#ui/Facts.tsx'
import { TypeFact } from './facts.tsx'

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
