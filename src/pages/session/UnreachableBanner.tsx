import { WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { type Outage, tryServer } from '#api/unreachable.ts'
import { Icon } from '#ui/Icon.tsx'

/** While the server does not answer: when it is tried next. */
export function UnreachableBanner({ outage }: { outage: Outage }) {
  const [now, setNow] = useState(() => performance.now())
  const [trying, setTrying] = useState(false)
  const seconds = Math.max(0, Math.ceil((outage.nextTry - now) / 1000))

  async function tryNow() {
    if (trying) return
    setTrying(true)
    await tryServer()
    setNow(performance.now())
    setTrying(false)
  }

  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 250)
    return () => clearInterval(timer)
  }, [])

  useEffect(() => {
    if (seconds === 0) void tryNow()
  })

  return (
    <div className="unreachable" role="alert">
      <Icon of={WifiOff} />
      <span>The server is not responding. What you see may be old; nothing you typed is lost.</span>
      {/* Not read out each second. */}
      <span aria-hidden className="countdown">
        {trying ? 'Trying…' : `Next try in ${seconds} s`}
      </span>
      <button type="button" className="ui button" onClick={tryNow} aria-disabled={trying}>
        Try now
      </button>
    </div>
  )
}
