import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { secretAccessQuery } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { useRight } from '#concord/rights.ts'
import { type Usage, useUsage } from '#concord/usage.ts'
import { count, grantsDo, repositoriesUseIt } from '#concord/words.ts'
import { OrganizationField } from '#fields/OrganizationField.tsx'
import { DangerRow } from '../change/SettingRow.tsx'
import { refOf } from '../change/useSecretChange.ts'
import { MoveDialog } from './MoveDialog.tsx'

/** The documented walk: pick the organization, *Move*, the pop-up. */
export function MoveSecret({ secret }: { secret: Secret }) {
  const [target, setTarget] = useState('')
  const [asking, setAsking] = useState(false)
  const right = useRight('WRITER', secret)
  const usage = useUsage(secret)
  const access = useQuery(secretAccessQuery(refOf(secret))).data
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
      consequence={consequence(secret, usage.data, access)}
      action="Move"
      blocked={blocked}
      onAct={() => setAsking(true)}
    >
      <OrganizationField value={target} onChange={setTarget} label="New organization" />
      {asking && <MoveDialog secret={secret} target={target} onClose={() => setAsking(false)} />}
    </DangerRow>
  )
}

function consequence({ name, orgName, projects }: Secret, usage: Usage | undefined, access: unknown[] | undefined) {
  const effects = [
    repositoriesUseIt(usage, {
      one: 'loses its link',
      many: 'lose their link',
      unknown: 'repositories that use it lose their link',
    }),
    projects.length > 0 && `its limit to ${count(projects.length, 'project')} ends`,
    grantsDo(access, { one: 'stays', many: 'stay' }),
  ]
  return `${name} leaves ${orgName}: ${effects.filter(Boolean).join('; ')}.`
}
