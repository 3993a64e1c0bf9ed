import { refOf } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { type Act, noRight } from '#concord/noRight.ts'
import { type Right, useRightFacts } from '#concord/rights.ts'
import { paths } from '#paths.ts'
import { CopyButton } from '#ui/CopyButton.tsx'
import { Message } from '#ui/Message.tsx'

type Props = { act: Act; secret: Secret; right: Right }

/** Once for a page, in place of what the user may not do: who can, whom to ask, and what to send to them. */
export function NoRightMessage(props: Props) {
  const { words, request } = useNoRight(props)
  return (
    <Message header={words}>
      <div className="tools">
        <CopyRequest request={request} />
      </div>
    </Message>
  )
}

export const CopyRequest = ({ request }: { request: string }) => (
  <CopyButton text={request} label="Copy request">
    Copy request
  </CopyButton>
)

/** The request has the address where it can be granted: the page that shows who has access, for those who may change that. */
export function useNoRight({ act, secret, right }: Props) {
  const facts = useRightFacts(secret)
  const { words, request } = facts ? noRight(act, right, facts) : { words: right.why, request: right.why }
  const address = window.location.origin + paths.secret(refOf(secret), right.missing ? 'info' : 'access')
  return { words, request: `${request} ${address}` }
}
