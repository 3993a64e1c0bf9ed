import { MAX_READ, sliceProgress } from '#api/secrets.ts'
import { count } from '#ui/words.ts'
import { useStore } from '../../../store.ts'
import type { SecretList } from './useSecrets.ts'

type Props = SecretList & {
  /** Only a member sees the private ones, too. */
  isMember: boolean
}

/** How many secrets the organization has, as far as is known; says nothing about those that the user may not see. */
export function ListSize({ loaded, isLoaded, isTooLong, restError, isMember }: Props) {
  if (isLoaded && isMember) return <span>{count(loaded, 'secret')}</span>
  if (isLoaded) return <span>{loaded === 0 ? 'No secrets you can see' : `${count(loaded, 'secret')} you can see`}</span>
  if (isTooLong) return <span>More than {count(MAX_READ, 'secret')}: filter by name to search them all</span>
  return (
    <span>
      First {loaded.toLocaleString('en')} loaded
      {!restError && <Progress />}
    </span>
  )
}

/** Shows on a slow line only: the number moves as long as bytes come. */
function Progress() {
  const kilobytes = useStore(sliceProgress)
  return kilobytes > 0 && `, reading the rest: ${kilobytes.toLocaleString('en')} kB`
}

/** What facets and order cover, where they began with a part of the list. */
export function Coverage({ seen, isAll, more }: SecretList['covered']) {
  return (
    <p className="ui message">
      <span role="status">
        Filters and order cover {isAll ? 'all' : 'the first'} {count(seen, 'secret')}.
      </span>{' '}
      {more && (
        <button type="button" className="ui link button" onClick={more.sort} disabled={more.count === seen}>
          Sort {count(more.count, 'secret')}
        </button>
      )}
    </p>
  )
}
