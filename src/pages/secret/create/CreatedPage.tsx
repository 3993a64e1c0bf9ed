import { CircleCheck } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { refOf } from '#api/secrets.ts'
import { paths } from '#paths.ts'
import { CopyOut } from '#ui/CopyOut.tsx'
import { focusHeading } from '#ui/focusHeading.ts'
import { Icon } from '#ui/Icon.tsx'
import { LeaveGuard } from '#ui/LeaveGuard.tsx'
import { Page } from '#ui/Page.tsx'
import { HowToUse } from '../parts/HowToUse.tsx'
import type { Created } from './created.ts'
import type { Kind } from './draft.ts'

type Props = { created: Created; kind: Kind | undefined; nextTurn: number }

/** In place of the form, once the secret exists. Asks before the user leaves without what is shown only once. */
export function CreatedPage({ created: { secret, password, publicKey }, kind, nextTurn }: Props) {
  const { orgName, name } = secret
  const [isPasswordSaved, setIsPasswordSaved] = useState(false)
  const [isKeySaved, setIsKeySaved] = useState(false)
  const losesPassword = password !== undefined && !isPasswordSaved
  const losesKey = publicKey?.isShownOnce === true && !isKeySaved
  useEffect(focusHeading, [])

  return (
    <Page
      title={`“${name}” is created.`}
      documentTitle={`New secret of ${orgName}`}
      facts={
        <span className="created">
          <Icon of={CircleCheck} size={24} />
        </span>
      }
    >
      {password && (
        <CopyOut
          what="store password"
          text={password}
          fileName={`${name}.password.txt`}
          isShownOnce
          isSaved={isPasswordSaved}
          onSaved={() => setIsPasswordSaved(true)}
        >
          It is shown only now and cannot be recovered. Without it the value cannot be read.
        </CopyOut>
      )}
      {publicKey && (
        <CopyOut
          what="public key"
          text={publicKey.text}
          fileName={`${name}.pub`}
          isShownOnce={publicKey.isShownOnce}
          isSaved={isKeySaved}
          onSaved={() => setIsKeySaved(true)}
        >
          {publicKey.isShownOnce
            ? 'It is shown only now: Concord does not show the public key of a pair with a store password again.'
            : 'Add it to your Git host as a deploy key. The secret’s page can show it again.'}
        </CopyOut>
      )}
      <HowToUse secret={secret} />
      <div className="actions">
        <Link className={`ui ${password || publicKey ? '' : 'primary'} button`} to={paths.secret(refOf(secret))}>
          Open secret
        </Link>
        <Link className="ui button" to={paths.secret(refOf(secret), 'access')}>
          Give a team access
        </Link>
        <Link className="ui button" to={paths.newSecret({ orgName }, { kind })} state={{ turn: nextTurn }} replace>
          Create another
        </Link>
      </div>
      <LeaveGuard
        when={losesPassword || losesKey}
        leaving={() => true}
        title="Leave without saving what is shown once?"
        action="Yes, leave"
      >
        {losesPassword
          ? 'You have neither copied nor downloaded the store password. Without it the value can never be read.'
          : 'You have neither copied nor downloaded the public key. The console cannot show it again.'}
      </LeaveGuard>
    </Page>
  )
}
