import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import type { OrgRef } from '#api/orgs.ts'
import { isName, secretExistsQuery } from '#api/secrets.ts'
import { NameProblem } from '#concord/NameProblem.tsx'
import { nameProblem } from '#concord/secretName.ts'
import { paths } from '#paths.ts'
import { Field } from '#ui/Field.tsx'
import { useSettled } from '#ui/useSettled.ts'

type Props = {
  label?: string
  help?: string
  org: OrgRef
  name: string
  onChange: (name: string) => void
  isTaken: boolean
  /** What the server said about this name. */
  refusal?: string | undefined
  /** The user wants to send it: whatever is wrong shows. */
  isTried: boolean
}

/** Says what is wrong with a name while it is typed. Nothing that was typed is changed, but a name like it is offered. */
export function NameField({ label = 'Name', help, org, name, onChange, isTaken, refusal, isTried }: Props) {
  const [wasLeft, setWasLeft] = useState(false)
  const settled = useSettled(name)
  const problem = nameProblem(name)
  const isSettled = problem?.isFinal && nameProblem(settled)?.words === problem.words

  return (
    <Field
      label={label}
      help={help}
      error={
        isTaken ? (
          <span>
            {org.orgName} has a secret with this name.{' '}
            <Link to={paths.secret({ ...org, secretName: name })} target="_blank">
              Open it <span className="visually-hidden">in a new tab</span>
            </Link>
          </span>
        ) : refusal ? (
          `Choose another name. The server said: ${refusal}`
        ) : (
          problem &&
          (isTried || isSettled || (wasLeft && name !== '')) && (
            <NameProblem words={problem.words} text={name} onUse={onChange} />
          )
        )
      }
      required
      className="secret-name"
      value={name}
      onChange={({ target }) => onChange(target.value)}
      onBlur={() => setWasLeft(true)}
      autoComplete="off"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
    />
  )
}

/** Whether there is such a secret already, once the name has not changed for a moment. Nothing is asked for ''. */
export function useTaken({ orgName }: OrgRef, name: string): boolean {
  const settled = useSettled(name)
  const exists = useQuery({
    ...secretExistsQuery({ orgName, secretName: settled }),
    enabled: isName(settled) && settled === name,
  })
  return settled === name && exists.data === true
}
