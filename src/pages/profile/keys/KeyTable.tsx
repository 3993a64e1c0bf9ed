import { TriangleAlert } from 'lucide-react'
import type { ApiKey } from '#api/apiKeys.ts'
import { Fact } from '#ui/Fact.tsx'
import { RelativeTime } from '#ui/RelativeTime.tsx'

type Props = { keys: ApiKey[]; onDelete: (key: ApiKey) => void }

export function KeyTable({ keys, onDelete }: Props) {
  return (
    <table className="ui unstackable table sessions">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Expires</th>
          <th scope="col">
            <span className="visually-hidden">Delete</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <th scope="row" className="primary mono">
              {key.name}
            </th>
            <td>
              <span className="narrow-only muted">Expires </span>
              <Expiry at={key.expiredAt} />
            </td>
            <td className="end">
              <button type="button" className="ui small basic negative button" onClick={() => onDelete(key)}>
                Delete…<span className="visually-hidden"> {key.name}</span>
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Expiry({ at }: { at: string | undefined }) {
  if (!at) return <span className="muted">Never</span>
  const time = <RelativeTime at={at} />
  return Date.parse(at) < Date.now() ? <Fact icon={TriangleAlert}>Expired {time}</Fact> : time
}
