import { useId } from 'react'
import { ProtectionFact, VisibilityFact } from '#concord/facts.tsx'
import { ProjectField } from '#fields/ProjectField.tsx'
import { count } from '#ui/words.ts'
import type { Draft } from './draft.ts'
import type { FormProps } from './fields.ts'
import { ProtectionChoice } from './ProtectionChoice.tsx'
import { RadioCard } from './RadioCard.tsx'
import { Warnings } from './Warnings.tsx'

type Props = FormProps & { orgName: string; username: string; isOpen: boolean; onToggle: () => void }

/** How it is protected and who may use it: one line, which opens for those who want something else. */
export function ScopeSection(props: Props) {
  const { draft, isOpen, onToggle } = props
  const id = useId()
  return (
    <div className="scope">
      <p className="facts">
        <ScopeFacts draft={draft} />
        <span>
          <button type="button" className="ui link button" aria-expanded={isOpen} aria-controls={id} onClick={onToggle}>
            Change<span className="visually-hidden"> protection, visibility and projects</span>
          </button>
        </span>
      </p>
      <div id={id} hidden={!isOpen}>
        {isOpen && <ScopeFields {...props} />}
      </div>
    </div>
  )
}

function ScopeFacts({ draft: { protection, visibility, projects } }: { draft: Draft }) {
  return (
    <>
      <span>
        <ProtectionFact encryptedBy={protection === 'server-key' ? 'SERVER_KEY' : 'PASSWORD'} />
      </span>
      <span>
        <VisibilityFact visibility={visibility} />
      </span>
      <span>{projects.length ? count(projects.length, 'project') : 'All projects'}</span>
    </>
  )
}

function ScopeFields(props: Props) {
  const { draft, change, warningsAt, orgName } = props
  return (
    <>
      <ProtectionChoice {...props} />
      <fieldset>
        <legend>Visibility</legend>
        <RadioCard
          name="visibility"
          title="Private"
          checked={draft.visibility === 'PRIVATE'}
          onChoose={() => change({ visibility: 'PRIVATE' })}
        >
          You, the owner of {orgName}, and the teams that you give access to. Its members see that it exists.
        </RadioCard>
        <RadioCard
          name="visibility"
          title="Public"
          checked={draft.visibility === 'PUBLIC'}
          onChoose={() => change({ visibility: 'PUBLIC' })}
        >
          Everybody who can sign in to this server can use it, also outside of {orgName}.
        </RadioCard>
        <Warnings of={warningsAt('visibility')} />
      </fieldset>
      <ProjectField
        orgName={orgName}
        value={draft.projects}
        onChange={(projects) => change({ projects })}
        help={
          draft.projects.length
            ? 'Only processes of these projects can read it.'
            : `Every project of ${orgName} may use it. Choose some, and only those can.`
        }
      />
    </>
  )
}
