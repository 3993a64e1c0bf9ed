import { useId, useState } from 'react'
import type { Secret } from '#api/types.ts'
import { type Effect, repositoriesDo } from '#concord/effects.ts'
import { useRight } from '#concord/rights.ts'
import { type Scope, scopeChange, scopeOf } from '#concord/scope.ts'
import type { UsageLookup } from '#concord/usage.ts'
import { type ChosenProject, ProjectField } from '#fields/ProjectField.tsx'
import { ChangeRow } from '#ui/ChangeRow.tsx'
import { count, listed } from '#ui/words.ts'
import { Effects } from '../parts/Effects.tsx'
import { ProjectsDialog } from './ProjectsDialog.tsx'

export function LinkProjects({ secret, usage }: { secret: Secret; usage: UsageLookup }) {
  /** There while the controls are. */
  const [choice, setChoice] = useState<{ limited: boolean; chosen: ChosenProject[] }>()
  const [asking, setAsking] = useState(false)
  const right = useRight('WRITER', secret)
  const name = useId()
  const { orgName } = secret
  const asItIs = { limited: secret.projects.length > 0, chosen: secret.projects }
  const { limited, chosen } = choice ?? asItIs
  const scope: Scope = limited ? chosen : null

  function whyNot() {
    if (right?.verdict === 'no') return right.why
    if (limited && chosen.length === 0) return 'Choose at least one project.'
    if (scopeChange(scopeOf(secret), scope).kind === 'same') return 'Change the choice first.'
    return undefined
  }

  return (
    <ChangeRow
      title="Projects"
      words={<Effects of={[mayUseIt(secret), ...repositoriesDo(secret, usage, FETCH)]} />}
      action="Change projects"
      blocked={whyNot()}
      onAct={() => setAsking(true)}
      isOpen={choice !== undefined}
      onOpen={() => setChoice(asItIs)}
      onCancel={() => setChoice(undefined)}
    >
      <fieldset className="scope">
        <legend className="visually-hidden">Which projects may use it</legend>
        <label className="check">
          <input type="radio" name={name} checked={!limited} onChange={() => setChoice({ limited: false, chosen })} />
          Every project of {orgName}
        </label>
        <label className="check">
          <input type="radio" name={name} checked={limited} onChange={() => setChoice({ limited: true, chosen })} />
          Only these projects
        </label>
      </fieldset>
      {limited && (
        <ProjectField
          orgName={orgName}
          value={chosen}
          onChange={(projects) => setChoice({ limited, chosen: projects })}
        />
      )}
      {asking && (
        <ProjectsDialog
          secret={secret}
          scope={scope}
          onDeleted={(gone) =>
            setChoice({ limited, chosen: chosen.filter(({ id }) => !gone.some((project) => project.id === id)) })
          }
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false)
            setChoice(undefined)
          }}
        />
      )}
    </ChangeRow>
  )
}

const FETCH = { one: 'fetches with it', many: 'fetch with it' }

function mayUseIt({ orgName, projects }: Secret): Effect {
  if (projects.length === 0) return { what: 'Every project', does: `of ${orgName} may use it` }
  const names = projects.map(({ name }) => name).sort()
  const what = names.length > 3 ? `Only ${count(names.length, 'project')}` : `Only ${listed(names)}`
  return { what, does: 'may use it' }
}
