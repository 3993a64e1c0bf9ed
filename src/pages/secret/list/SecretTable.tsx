import { ArrowDown, ArrowUp, Ellipsis } from 'lucide-react'
import { memo } from 'react'
import type { ListedSecret } from '#api/types.ts'
import { ownerName } from '#api/users.ts'
import { NoAccessFact, ProtectionFact, protectionWord, TypeFact, typeWord, VisibilityFact } from '#concord/facts.tsx'
import { paths } from '#paths.ts'
import { Icon } from '#ui/Icon.tsx'
import { exactTime, relativeTime } from '#ui/relativeTime.ts'
import { useRowLinks } from '#ui/rowLinks.ts'
import type { Sort, SortKey } from './listState.ts'
import { menuLabel, useRowMenu } from './rowMenu.tsx'
import { valueSince } from './rows.ts'

type Props = {
  secrets: ListedSecret[]
  sort: Sort
  onSort: (by: SortKey) => void
  /** Ids of those that may not be opened. */
  noAccess: Set<string>
}

export function SecretTable({ secrets, sort, onSort, noAccess }: Props) {
  const sortable = { sort, onSort }
  const links = useRowLinks()
  const rowMenu = useRowMenu(secrets, noAccess)
  return (
    <>
      <table className="ui unstackable table linked secrets">
        <thead>
          <tr>
            <SortHeader by="name" {...sortable}>
              Name
            </SortHeader>
            <SortHeader by="type" {...sortable} className="type">
              Type
            </SortHeader>
            <th scope="col" className="visibility">
              Visibility
            </th>
            <th scope="col" className="protection">
              Protection
            </th>
            <th scope="col" className="projects">
              Projects
            </th>
            <th scope="col" className="owner">
              Owner
            </th>
            <SortHeader by="age" {...sortable} className="number">
              Value set
            </SortHeader>
            <th scope="col" className="row-menu">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody {...links} onClickCapture={rowMenu.onClick} onKeyDown={rowMenu.onKeyDown}>
          {secrets.map((secret, index) => (
            <SecretRow
              // biome-ignore lint/suspicious/noArrayIndexKey: to write another name into a row is much quicker than a new row.
              key={index}
              secret={secret}
              isClosed={noAccess.has(secret.id)}
              isMenuOpen={rowMenu.openRow === index}
            />
          ))}
        </tbody>
      </table>
      {rowMenu.list}
    </>
  )
}

type HeaderProps = { by: SortKey; sort: Sort; onSort: (by: SortKey) => void; className?: string; children: string }

function SortHeader({ by, sort, onSort, className, children }: HeaderProps) {
  const isSorted = sort.by === by
  const order = isSorted ? (sort.descending ? 'descending' : 'ascending') : undefined
  return (
    <th scope="col" className={className} aria-sort={order}>
      <button type="button" className="ui link button" onClick={() => onSort(by)}>
        {children}
        {isSorted && <Icon of={sort.descending ? ArrowDown : ArrowUp} size={14} />}
      </button>
    </th>
  )
}

type RowProps = { secret: ListedSecret; isClosed: boolean; isMenuOpen: boolean }

const isSameRow = (a: RowProps, b: RowProps) =>
  a.isClosed === b.isClosed && a.isMenuOpen === b.isMenuOpen && isSame(a.secret, b.secret)

/** Also when it was read again. */
const isSame = (a: ListedSecret, b: ListedSecret) =>
  a === b || (a.id === b.id && JSON.stringify(a) === JSON.stringify(b))

/**
 * Memoized: most rows stay when the rest of the list arrives. What most secrets have in common is there to be heard and
 * copied, but not to be seen: the eye finds what is unusual.
 */
const SecretRow = memo(function SecretRow({ secret, isClosed, isMenuOpen }: RowProps) {
  const { orgName, name, type, visibility, encryptedBy, owner, projects } = secret
  const since = valueSince(secret)
  return (
    <tr>
      <td className="primary">
        <a className="mono" href={paths.secret({ orgName, secretName: name })} title={name} draggable={false}>
          {name}
        </a>
      </td>
      <td className="type" title={typeWord(type)}>
        <TypeFact type={type} />
      </td>
      {isClosed ? (
        <td className="visibility">
          <span className="visually-hidden">Private: </span>
          <NoAccessFact />
        </td>
      ) : visibility === 'PRIVATE' ? (
        <td className="visibility usual">Private</td>
      ) : (
        <td className="visibility">
          <VisibilityFact visibility={visibility} />
        </td>
      )}
      {encryptedBy === 'SERVER_KEY' ? (
        <td className="protection usual">{protectionWord(encryptedBy)}</td>
      ) : (
        <td className="protection">
          <ProtectionFact encryptedBy={encryptedBy} />
        </td>
      )}
      {projects.length === 0 ? <td className="projects usual">All projects</td> : <Projects projects={projects} />}
      <td className="owner" title={ownerName(owner)}>
        {ownerName(owner)}
      </td>
      <td className="number">
        <time className="time" dateTime={since} data-exact={exactTime(since)}>
          {relativeTime(since)}
        </time>
      </td>
      <td className="row-menu">
        <button
          type="button"
          className="ui icon basic button"
          aria-label={menuLabel(name)}
          title={menuLabel(name)}
          aria-haspopup="menu"
          aria-expanded={isMenuOpen}
        >
          <Icon of={Ellipsis} />
        </button>
      </td>
    </tr>
  )
}, isSameRow)

/** The first two, and how many more. */
function Projects({ projects }: Pick<ListedSecret, 'projects'>) {
  const names = projects.map(({ name }) => name).sort()
  const more = names.slice(2)
  return (
    <td className="projects" title={names.join(', ')}>
      <span className="mono">
        {names.slice(0, 2).join(', ')}
        {more.length > 0 && ` +${more.length}`}
      </span>
    </td>
  )
}
