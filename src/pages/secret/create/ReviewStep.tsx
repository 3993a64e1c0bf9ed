import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { OrgRef } from '#api/orgs.ts'
import { ProtectionFact, VisibilityFact } from '#concord/facts.tsx'
import { paths } from '#paths.ts'
import { type Content, type Draft, sizeOf } from './draft.ts'
import { kindTitle } from './KindStep.tsx'
import { Warnings } from './Notes.tsx'
import { type Step, sizeWords } from './rules.ts'
import type { Warning } from './warnings.ts'

type Props = { org: OrgRef; draft: Draft; warnings: Warning[]; isSent: boolean }

/** Everything that was entered, except the values. */
export function ReviewStep({ org, draft, warnings, isSent }: Props) {
  const row = { org, warnings, isSent }
  return (
    <dl className="details review">
      <Row {...row} term="Kind" step="kind">
        {draft.kind && kindTitle(draft.kind)}
      </Row>
      <Row {...row} term="Name" step="value">
        <span className="mono">{draft.name}</span>
      </Row>
      <Row
        {...row}
        term="Value"
        step="value"
        about={['username', 'password', 'publicKey', 'privateKey', 'value', 'file']}
      >
        <Value draft={draft} />
      </Row>
      <Row {...row} term="Protection" step="protection" about={['protection', 'storePassword']}>
        <ProtectionFact encryptedBy={draft.protection === 'server-key' ? 'SERVER_KEY' : 'PASSWORD'} />
        {draft.protection === 'generated-password' && ', made by the server'}
      </Row>
      <Row {...row} term="Visibility" step="protection" about={['visibility']}>
        <VisibilityFact visibility={draft.visibility} />
      </Row>
      <Row {...row} term="Projects" step="protection">
        {draft.projects.length ? (
          <span className="mono">{draft.projects.map(({ name }) => name).join(', ')}</span>
        ) : (
          `Every project of ${org.orgName}`
        )}
      </Row>
    </dl>
  )
}

type RowProps = {
  org: OrgRef
  warnings: Warning[]
  /** It is being created: nothing can be changed any more. */
  isSent: boolean
  term: string
  step: Step
  /** Warnings about these are shown. */
  about?: Warning['field'][]
  children: ReactNode
}

function Row({ org, warnings, isSent, term, step, about = [], children }: RowProps) {
  return (
    <>
      <dt>{term}</dt>
      <dd>
        {!isSent && (
          <Link className="change" to={paths.newSecret(org, { step })}>
            Change<span className="visually-hidden"> {term.toLowerCase()}</span>
          </Link>
        )}
        {children}
        <Warnings of={warnings.filter(({ field }) => about.includes(field))} />
      </dd>
    </>
  )
}

function Value({ draft }: { draft: Draft }) {
  switch (draft.kind) {
    case 'key-pair':
      return (
        <>
          Public key: {contentWords(draft.publicKey)}
          <br />
          Private key: {contentWords(draft.privateKey)}
        </>
      )
    case 'username-password':
      return (
        <>
          Username <span className="mono">{draft.username}</span>, and a password
        </>
      )
    case 'value':
      return contentWords(draft.value)
    case 'file':
      return contentWords(draft.file)
    default:
      return 'A key pair that the server makes'
  }
}

const contentWords = (content: Content) =>
  content.file ? `${content.file.name}, ${sizeWords(sizeOf(content))}` : sizeWords(sizeOf(content))
