import { useState } from 'react'
import type { Secret } from '#api/types.ts'
import { OrganizationField } from '#fields/OrganizationField.tsx'
import { useRight } from '../rights.ts'
import { useUsage } from '../usage.ts'
import { DangerRow } from './DangerRow.tsx'
import { MoveDialog } from './move/MoveDialog.tsx'

/** The documented walk: pick the organization, *Move*, the pop-up. */
export function MoveSecret({ secret }: { secret: Secret }) {
  const [target, setTarget] = useState('')
  const [asking, setAsking] = useState(false)
  const right = useRight('WRITER', secret)
  const usage = useUsage(secret)
  const blocked =
    right?.verdict === 'no'
      ? right.why
      : target === ''
        ? 'Pick the organization first.'
        : target === secret.orgName
          ? `It is in ${target} already.`
          : undefined
  return (
    <DangerRow
      title="Move to another organization"
      consequence={consequence(secret, usage.data?.complete ? usage.data.uses.length : undefined)}
      action="Move"
      blocked={blocked}
      onAct={() => setAsking(true)}
    >
      <OrganizationField value={target} onChange={setTarget} label="New organization" />
      {asking && <MoveDialog secret={secret} target={target} onClose={() => setAsking(false)} />}
    </DangerRow>
  )
}

function consequence({ name, orgName, projects }: Secret, repositories: number | undefined) {
  const links =
    repositories === undefined
      ? 'repositories that use it lose their link'
      : repositories === 0
        ? 'no repository that you can see uses it'
        : `${repositories} ${repositories === 1 ? 'repository loses its link' : 'repositories lose their link'}`
  const mapping = projects.length > 0 ? ', its limit to projects ends' : ''
  return `${name} leaves ${orgName}: ${links}${mapping}. Grants to teams stay.`
}
