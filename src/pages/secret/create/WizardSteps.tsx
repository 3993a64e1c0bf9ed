import { Link } from 'react-router'
import type { OrgRef } from '#api/orgs.ts'
import { paths } from '#paths.ts'
import { isReachable, type Problem, STEPS, type Step } from './rules.ts'

const TITLES: Record<Step | 'result', string> = {
  kind: 'Kind',
  value: 'Value',
  protection: 'Protection and scope',
  review: 'Review',
  result: 'Result',
}

export const stepTitle = (step: Step) => TITLES[step]

type Props = { org: OrgRef; current: Step | 'result'; problems: Problem[]; isSent?: boolean }

/** The current step. Every step after finished ones is a link, until the secret is sent. */
export function WizardSteps({ org, current, problems, isSent = false }: Props) {
  const all = [...STEPS, 'result' as const]
  return (
    <nav aria-label="Steps">
      <ol className="ui unstackable steps">
        {all.map((step, index) => {
          const isCurrent = step === current
          const isOver = isSent || current === 'result'
          const mayGo = !isOver && !isCurrent && step !== 'result' && isReachable(step, problems)
          const words = (
            <>
              <span className="step-number">{index + 1}</span> <span className="step-title">{TITLES[step]}</span>
            </>
          )
          return (
            <li
              key={step}
              className={`step ${isCurrent ? 'active' : ''}`}
              aria-current={isCurrent ? 'step' : undefined}
            >
              {mayGo ? <Link to={paths.newSecret(org, { step })}>{words}</Link> : words}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
