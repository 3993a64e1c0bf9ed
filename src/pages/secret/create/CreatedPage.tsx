import { type RefObject, useState } from 'react'
import type { BlockerFunction } from 'react-router'
import { LeaveGuard } from '#ui/LeaveGuard.tsx'
import { Page } from '#ui/Page.tsx'
import { type Created, type OnceOnly, Result } from './Result.tsx'
import { WizardSteps } from './WizardSteps.tsx'

type Props = {
  created: Created
  /** The address is that of the result. */
  isAtResult: boolean
  area: RefObject<HTMLDivElement>
}

/** In place of the wizard, once the secret exists. Asks before the user leaves without saving what is shown once. */
export function CreatedPage({ created, isAtResult, area }: Props) {
  const { orgName, secretName } = created.secret
  const [saved, setSaved] = useState<OnceOnly[]>([])
  const unsaved = Object.keys(created.once).filter((what) => !saved.includes(what as OnceOnly))
  return (
    <Page title="Secret created" documentTitle={`New secret of ${orgName}`}>
      <WizardSteps org={{ orgName }} current="result" problems={[]} />
      <div ref={area}>
        <h2 tabIndex={-1}>“{secretName}” is created.</h2>
        <Result created={created} saved={saved} onSaved={(what) => setSaved((all) => [...all, what])} />
      </div>
      <LeaveGuard
        when={unsaved.length > 0 && isAtResult}
        leaving={leavesResult}
        title="Leave without saving what is shown once?"
        action="Yes, leave"
      >
        {unsaved.includes('password')
          ? 'You have neither copied nor downloaded the store password. Without it the value can never be read.'
          : 'You have neither copied nor downloaded the public key.'}
      </LeaveGuard>
    </Page>
  )
}

const leavesResult: BlockerFunction = ({ currentLocation, nextLocation }) =>
  nextLocation.pathname !== currentLocation.pathname || nextLocation.search !== currentLocation.search
