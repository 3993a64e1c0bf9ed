import { useMutation } from '@tanstack/react-query'
import { queryClient } from '#api/queryClient.ts'
import { readPublicKey, refOf } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { PublicKey } from './PublicKey.tsx'

/** The public half of a key pair, on demand only: each reading writes an audit entry (concord-api §9.9). */
export function PublicKeySection({ secret }: { secret: Secret }) {
  const read = useMutation({
    mutationFn: async () => {
      // Large, and needed here only.
      const keys = import('#keys/inspectPublic.ts')
      const { publicKey } = await readPublicKey(refOf(secret))
      await queryClient.invalidateQueries({ queryKey: ['audit'], refetchType: 'none' })
      const inspection = (await keys).inspectPublic(publicKey)
      return { publicKey: inspection.isPrivate ? '' : publicKey, inspection }
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
