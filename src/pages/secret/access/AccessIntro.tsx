import type { Organization, Secret } from '#api/types.ts'
import { OwnerName } from '../parts/OwnerName.tsx'

/** Who has access without any grant, and what each level gives. */
export function AccessIntro({ secret, org }: { secret: Secret; org: Organization | undefined }) {
  return (
    <>
      <p className="prose">
        Regardless of these grants, all rights belong to its owner (<OwnerName owner={secret.owner} />)
        {org?.owner && (
          <>
            , the owner of {secret.orgName} (<OwnerName owner={org.owner} />)
          </>
        )}{' '}
        and administrators.
      </p>
      <p className="prose muted">
        <b>Reader</b> uses it and reads its value. <b>Writer</b> also changes its value, name, visibility and projects,
        and moves it. <b>Owner</b> also deletes it, changes its owner, and decides who has access.
      </p>
    </>
  )
}
