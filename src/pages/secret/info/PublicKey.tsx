import { Download, TriangleAlert } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { Inspection } from '#keys/Inspection.ts'
import { factWords } from '#keys/words.ts'
import { CopyButton } from '#ui/CopyButton.tsx'
import { downloadText } from '#ui/downloadText.ts'
import { Icon } from '#ui/Icon.tsx'
import { Message } from '#ui/Message.tsx'

type Props = { publicKey: string; inspection: Inspection; fileName: string }

/** What is stored as the public half of a pair. Anything may be: Concord does not look at it. */
export function PublicKey({ publicKey, inspection, fileName }: Props) {
  const text = `${publicKey.trim()}\n`
  const shown = useRef<HTMLDivElement>(null)
  // The button that asked for it is gone.
  useEffect(() => shown.current?.focus(), [])
  return (
    <div ref={shown} tabIndex={-1}>
      {inspection.isPrivate ? (
        <Message tone="negative" alert header="This public key field holds a private key. Replace the pair.">
          <p>It is not shown here, but everybody who may read the secret can read it.</p>
        </Message>
      ) : (
        <>
          <pre className="key mono">{publicKey.trim()}</pre>
          {inspection.remarks.map(({ words, command }) => (
            <p key={words} className="note warning">
              <Icon of={TriangleAlert} size={14} /> {words}{' '}
              {command && (
                <>
                  Run <code>{command}</code>
                </>
              )}
            </p>
          ))}
          <Fingerprints inspection={inspection} />
          <div className="tools">
            <CopyButton text={text} label="Copy public key">
              Copy
            </CopyButton>
            <button type="button" className="ui button" onClick={() => downloadText(fileName, text)}>
              <Icon of={Download} /> Download {fileName}
            </button>
          </div>
        </>
      )}
    </div>
  )
}

function Fingerprints({ inspection: { facts } }: Pick<Props, 'inspection'>) {
  if (!facts) return null
  const { before, after } = factWords(facts)
  return (
    <p>
      {[before, ...after].join(' · ')}
      <br />
      Fingerprint <span className="mono">{facts.sha256}</span>{' '}
      <CopyButton text={facts.sha256} label="Copy fingerprint" />
      <br />
      <span className="note mono">{facts.md5}</span>
    </p>
  )
}
