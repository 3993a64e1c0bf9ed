import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { queryClient } from '#api/queryClient.ts'
import { readPublicKey, refOf } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { CopyButton } from '#ui/CopyButton.tsx'
import { downloadText } from '#ui/downloadText.ts'
import { Icon } from '#ui/Icon.tsx'
import { fingerprintOf } from './fingerprint.ts'

/** The public half of a key pair, on demand only: each reading writes an audit entry (concord-api §9.9). */
export function PublicKeySection({ secret }: { secret: Secret }) {
  const read = useMutation({
    mutationFn: async () => {
      const { publicKey } = await readPublicKey(refOf(secret))
      await queryClient.invalidateQueries({ queryKey: ['audit'], refetchType: 'none' })
      return { publicKey, fingerprint: await fingerprintOf(publicKey) }
    },
  })
  return (
    <section aria-labelledby="public-key">
      <h2 id="public-key">Public key</h2>
      {secret.encryptedBy === 'PASSWORD' ? (
        <p className="prose">
          The server cannot show it: both halves of this pair are encrypted with the store password, which the server
          does not keep. Take the public key from where the pair was made.
        </p>
      ) : read.data ? (
        <PublicKey {...read.data} fileName={`${secret.name}.pub`} />
      ) : (
        <>
          <ErrorMessage error={read.error} title="The public key could not be read." />
          <button
            type="button"
            className={`ui ${read.isPending ? 'loading' : ''} button`}
            aria-disabled={read.isPending}
            aria-describedby="public-key-note"
            onClick={() => !read.isPending && read.mutate()}
          >
            Show public key
          </button>
          <p className="note" id="public-key-note">
            The audit log records that you asked for it.
          </p>
        </>
      )}
    </section>
  )
}

type Props = { publicKey: string; fingerprint: string | undefined; fileName: string }

function PublicKey({ publicKey, fingerprint, fileName }: Props) {
  const text = `${publicKey.trim()}\n`
  const key = useRef<HTMLPreElement>(null)
  // The button that asked for it is gone.
  useEffect(() => key.current?.focus(), [])
  return (
    <>
      <pre ref={key} tabIndex={-1} className="key mono">
        {publicKey.trim()}
      </pre>
      {fingerprint && (
        <p>
          Fingerprint <span className="mono">{fingerprint}</span>{' '}
          <CopyButton text={fingerprint} label="Copy fingerprint" />
        </p>
      )}
      {!window.isSecureContext && (
        <p className="note">Its fingerprint is missing: browsers compute one only on pages that came over https.</p>
      )}
      <div className="tools">
        <CopyButton text={text} label="Copy public key">
          Copy
        </CopyButton>
        <button type="button" className="ui button" onClick={() => downloadText(fileName, text)}>
          <Icon of={Download} /> Download {fileName}
        </button>
      </div>
    </>
  )
}
