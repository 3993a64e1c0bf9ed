import { WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useRevalidator } from 'react-router'
import { type Away, serverAway, tryServer } from '#api/serverAway.ts'
import { Icon } from '#ui/Icon.tsx'

/** While the server does not answer: when it is tried next. Once it is back, everything is read again. */
export function ServerAwayBanner({ away }: { away: Away }) {
  const [now, setNow] = useState(Date.now)
  const [trying, setTrying] = useState(false)
  const { revalidate } = useRevalidator()
  const seconds = Math.max(0, Math.ceil((away.nextTry - now) / 1000))

  async function tryNow() {
    setTrying(true)
    await tryServer()
    setNow(Date.now())
    setTrying(false)
  }

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])

  useEffect(() => {
    if (seconds === 0 && !trying) void tryNow()
  })

  // The banner goes when any request was answered: what the loaders failed to read is read now.
  useEffect(
    () => () => {
      if (!serverAway.get()) void revalidate()
    },
    [revalidate],
  )

  return (
    <div className="away" role="alert">
      <Icon of={WifiOff} />
      <span>The server does not answer. What you see may be old; nothing you typed is lost.</span>
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
