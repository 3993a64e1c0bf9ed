import type { PublicKey } from './PublicKey.ts'

/** What a private key file shows. */
export type PrivateKey = {
  /** Its public half; undefined where a passphrase hides it. */
  key: PublicKey | undefined
  comment: string | undefined
  hasPassphrase: boolean
  /** Whether the private numbers fit the public ones; undefined where a passphrase hides them. */
  fits: boolean | undefined
  /** Read by OpenSSH only since this version. */
  since?: string
  /** There are bytes after its end, which its readers ignore. */
  hasMore?: boolean
}
