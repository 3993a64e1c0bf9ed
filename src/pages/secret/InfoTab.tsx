import { useSuspenseQuery } from '@tanstack/react-query'
import { secretQuery } from '#api/secrets.ts'
import { useSecretRef } from '#params.ts'
import { Facts } from './info/Facts.tsx'
import { PublicKeySection } from './info/PublicKeySection.tsx'
import { UsedBy } from './info/UsedBy.tsx'
import { HowToUse } from './parts/HowToUse.tsx'

/** First what people come for; on the right, or below on a narrow screen, what is worth knowing. */
export function InfoTab() {
  const { data: secret } = useSuspenseQuery(secretQuery(useSecretRef()))
  return (
    <div className="info">
      <div>
        <UsedBy secret={secret} />
        <HowToUse secret={secret} />
        {secret.type === 'KEY_PAIR' && <PublicKeySection secret={secret} key={secret.id} />}
      </div>
      <Facts secret={secret} />
    </div>
  )
}
