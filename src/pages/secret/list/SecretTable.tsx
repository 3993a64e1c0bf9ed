import { ArrowDown, ArrowUp, Copy, Settings, Trash2 } from 'lucide-react'
import { memo } from 'react'
import { Link } from 'react-router'
import type { ListedSecret } from '#api/types.ts'
import { ownerName } from '#api/users.ts'
import { NoAccessFact, ProtectionFact, TypeFact, typeWord, VisibilityFact } from '#concord/facts.tsx'
import { paths } from '#paths.ts'
import { copyText } from '#ui/CopyButton.tsx'
import { Icon } from '#ui/Icon.tsx'
import { Menu } from '#ui/Menu.tsx'
import { RelativeTime } from '#ui/RelativeTime.tsx'
import { announce, warn } from '#ui/StatusMessage.tsx'
import type { Sort, SortKey } from './listState.ts'
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
  return (
    <table className="ui unstackable table secrets">
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
            Value age
          </SortHeader>
          <th scope="col" className="row-menu">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {secrets.map((secret, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: to write another name into a row is much quicker than a new row.
          <SecretRow key={index} secret={secret} isClosed={noAccess.has(secret.id)} />
        ))}
      </tbody>
    </table>
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

type RowProps = { secret: ListedSecret; isClosed: boolean }

const isSameRow = (a: RowProps, b: RowProps) => a.isClosed === b.isClosed && isSame(a.secret, b.secret)

/** Also when it was read again. */
const isSame = (a: ListedSecret, b: ListedSecret) =>
  a === b || (a.id === b.id && JSON.stringify(a) === JSON.stringify(b))

/** Memoized: most rows stay when the rest of the list arrives. On a phone, what is as usual is left out. */
const SecretRow = memo(function SecretRow({ secret, isClosed }: RowProps) {
  const { orgName, name, owner, projects } = secret
  const ref = { orgName, secretName: name }
  return (
    <tr>
      <td className="primary">
        <Link className="mono" to={paths.secret(ref)} title={name}>
          {name}
        </Link>
      </td>
      <td className="type" title={typeWord(secret.type)}>
        <TypeFact type={secret.type} />
      </td>
      <td className="visibility">
        {isClosed ? (
          <>
            <span className="visually-hidden">Private: </span>
            <NoAccessFact />
          </>
        ) : (
          <VisibilityFact visibility={secret.visibility} />
        )}
      </td>
      <td className={`protection ${secret.encryptedBy === 'SERVER_KEY' ? 'wide-only' : ''}`}>
        <ProtectionFact encryptedBy={secret.encryptedBy} />
      </td>
      <td className={`projects ${projects.length === 0 ? 'wide-only' : ''}`}>
        <Projects projects={projects} />
      </td>
      <td className="owner wide-only" title={ownerName(owner)}>
        {ownerName(owner)}
      </td>
      <td className="number">
        <RelativeTime at={valueSince(secret)} />
      </td>
      <td className="row-menu">
        <Menu
          label={`Actions for ${name}`}
          items={[
            { label: 'Copy name', icon: Copy, onSelect: () => copy('name', name) },
            { label: 'Copy id', icon: Copy, onSelect: () => copy('id', secret.id) },
            { label: 'Settings', icon: Settings, to: paths.secret(ref, 'settings') },
            { label: 'Delete…', icon: Trash2, danger: true, to: `${paths.secret(ref, 'settings')}#delete` },
          ]}
        />
      </td>
    </tr>
  )
}, isSameRow)

async function copy(what: string, text: string) {
  if (await copyText(text)) announce(`Copied the ${what} ${text}.`)
  else warn(`Could not copy the ${what}: select it here and copy it yourself. ${text}`)
}

/** The first two, and how many more; without any, every project may use it. */
function Projects({ projects }: Pick<ListedSecret, 'projects'>) {
  if (projects.length === 0) return <span className="muted">All projects</span>
  const names = projects.map(({ name }) => name).sort()
  const more = names.slice(2)
  return (
    <span className="mono" title={names.join(', ')}>
      {names.slice(0, 2).join(', ')}
      {more.length > 0 && ` +${more.length}`}
    </span>
  )
}
