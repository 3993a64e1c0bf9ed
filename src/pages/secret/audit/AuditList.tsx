import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useId, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { type AuditFilter, auditQuery } from '#api/audit.ts'
import { refOf, secretAccessQuery } from '#api/secrets.ts'
import { whoamiQuery } from '#api/session.ts'
import { teamListQuery } from '#api/teams.ts'
import type { AuditEntry, Secret } from '#api/types.ts'
import { actorOf } from '#concord/words.ts'
import { focusHeading } from '#ui/focusHeading.ts'
import { Icon } from '#ui/Icon.tsx'
import { Pagination } from '#ui/Pagination.tsx'
import { RelativeTime } from '#ui/RelativeTime.tsx'
import { exactTime } from '#ui/relativeTime.ts'
import { type Names, type Part, plain, sentencesOf, sourceOf, withoutSecrets } from './sentences.ts'

type Props = { secret: Secret; filter: AuditFilter; page: number }

export function AuditList({ secret, filter, page }: Props) {
  const { data: log } = useSuspenseQuery(auditQuery(filter, { page }))
  const names = useNames(secret)
  if (!log.items.length) return <NothingThere filter={filter} page={page} />
  return (
    <>
      <table className="ui unstackable table audit">
        <caption className="visually-hidden">What was done, newest first</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">From where</th>
            <th scope="col" className="number">
              When
            </th>
            <th scope="col">
              <span className="visually-hidden">Details</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {log.items.map((entry) => (
            <Row key={keyOf(entry)} entry={entry} names={names} />
          ))}
        </tbody>
      </table>
      <div className="table-footer">
        <p className="note">{!log.hasNext && <Beginning secret={secret} filter={filter} log={log.items} />}</p>
        <Pagination page={page} hasNext={log.hasNext} label="Pages of the log" />
      </div>
    </>
  )
}

function Row({ entry, names }: { entry: AuditEntry; names: Names }) {
  const [open, setOpen] = useState(false)
  const rawId = useId()
  const sentences = sentencesOf(entry, names)
  return (
    <>
      <tr>
        <td className="primary">
          <b>{actorOf(entry)}</b>{' '}
          {sentences.map((parts, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the sentences of an entry never change.
            <span key={index}>
              {index > 0 && (index === sentences.length - 1 ? ', and ' : ', ')}
              <Sentence parts={parts} />
            </span>
          ))}
        </td>
        <td className="source">{sourceOf(entry)}</td>
        <td className="number">
          <RelativeTime at={entry.entryDate} />
        </td>
        <td className="row-menu">
          <button
            type="button"
            className="ui icon basic button"
            aria-label={`All details: ${actorOf(entry)} ${sentences.map(plain).join(', ')}, ${exactTime(entry.entryDate)}`}
            title="All details"
            aria-expanded={open}
            aria-controls={rawId}
            onClick={() => setOpen(!open)}
          >
            <Icon of={open ? ChevronUp : ChevronDown} />
          </button>
        </td>
      </tr>
      <tr className="raw" id={rawId} hidden={!open}>
        <td colSpan={4}>
          <pre className="mono">{JSON.stringify(withoutSecrets(entry.details ?? {}), null, 2)}</pre>
        </td>
      </tr>
    </>
  )
}

const Sentence = ({ parts }: { parts: Part[] }) =>
  parts.map((part, index) =>
    typeof part === 'string' ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never change.
      <span className="mono" key={index}>
        {part.name}
      </span>
    ),
  )

/** Entries have no id of their own, but the request that caused them has. */
const keyOf = ({ entryDate, action, details }: AuditEntry) =>
  `${entryDate} ${action} ${details?.requestId ?? ''} ${JSON.stringify(details?.changes ?? details?.access ?? '')}`

/** For the ids in the entries. What cannot be read is shown as its id. */
function useNames(secret: Secret): Names {
  const ref = refOf(secret)
  const { data: teams = [] } = useQuery(teamListQuery(ref))
  const { data: access = [] } = useQuery(secretAccessQuery(ref))
  const { data: whoami } = useQuery(whoamiQuery)
  return {
    teams: new Map([
      ...access.map(({ teamId, teamName }) => [teamId, teamName ?? teamId] as const),
      ...teams.map(({ id, name }) => [id, name] as const),
    ]),
    projects: new Map(secret.projects.map(({ id, name }) => [id, name])),
    orgs: new Map([[secret.orgId, secret.orgName], ...(whoami?.orgs ?? []).map(({ id, name }) => [id, name] as const)]),
  }
}

const isFiltered = ({ action, after, before }: AuditFilter) => Boolean(action || after || before)

function NothingThere({ filter, page }: { filter: AuditFilter; page: number }) {
  const [params] = useSearchParams()
  const firstPage = new URLSearchParams(params)
  firstPage.delete('page')
  if (page > 1)
    return (
      <div className="empty">
        <p>The log ends before page {page}.</p>
        <Link className="ui button" onClick={focusHeading} to={{ search: firstPage.toString() }}>
          First page
        </Link>
      </div>
    )
  if (!isFiltered(filter)) return <p className="empty">No entries. Old ones may have been removed.</p>
  return (
    <div className="empty">
      <p>Nothing in the log matches.</p>
      <Link className="ui button" to={{ search: '' }} onClick={focusHeading}>
        Clear the filters
      </Link>
    </div>
  )
}

/** At the end of the log: how far it reaches back. Servers do not report how long they keep entries. */
function Beginning({ secret, filter, log }: { secret: Secret; filter: AuditFilter; log: AuditEntry[] }) {
  if (isFiltered(filter)) return null
  if (log.some(({ action }) => action === 'CREATE')) return <>The log goes back to the creation of the secret.</>
  return (
    <>
      The log begins here. The secret is older: it was created <RelativeTime at={secret.createdAt} />.
    </>
  )
}
