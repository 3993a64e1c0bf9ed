import { useCallback, useEffect, useMemo, useState } from 'react'
import { flushSync } from 'react-dom'
import type { InspectedPair, inspectPair } from '#keys/inspectPair.ts'
import { contentOf, type Draft } from './draft.ts'

/** Looks at the keys of a pair, in the browser, with code that is loaded once somebody chooses that kind. */
export function useInspectedKeys({ kind, publicKey, privateKey }: Draft) {
  const [inspect, setInspect] = useState<typeof inspectPair>()
  const isPair = kind === 'key-pair'

  const load = useCallback(async () => {
    const { inspectPair } = await import('#keys/inspectPair.ts')
    flushSync(() => setInspect(() => inspectPair))
  }, [])

  useEffect(() => {
    // If it fails, the attempt to create the secret loads it again, and says so.
    if (isPair) load().catch(() => undefined)
  }, [isPair, load])

  // Some keys take 50 ms.
  const inspected: InspectedPair = useMemo(
    () => (isPair && inspect ? inspect({ publicKey: contentOf(publicKey), privateKey: contentOf(privateKey) }) : {}),
    [isPair, inspect, publicKey, privateKey],
  )
  return { inspected, isReady: !isPair || inspect !== undefined, load }
}
