import type { Organization, Secret } from '#api/types.ts'
import { OwnerName } from '../parts/OwnerName.tsx'

/** Who has access without any grant, and what each level gives. */
export function AccessIntro({ secret, org }: { secret: Secret; org: Organization | undefined }) {
  return (
    <>
      <p className="prose">
        All rights without a grant: its owner, <OwnerName owner={secret.owner} />
        {org?.owner && (
          <>
            ; the owner of {secret.orgName}, <OwnerName owner={org.owner} />
          </>
        )}
        ; administrators.
      </p>
      <p className="prose muted">
        <b>Reader</b>: use it, read its value. <b>Writer</b>: also change and move it. <b>Owner</b>: also delete it,
        change its owner and access.
      </p>
    </>
  )
}
