import { useNavigation } from 'react-router'

/** A thin line at the top while the next page gets its data; the old one stays. */
export function ProgressLine() {
  const { state } = useNavigation()
  return state === 'idle' ? null : <div className="progress-line" />
}
