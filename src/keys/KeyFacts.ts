import { md5Of, sha256Of } from './fingerprint.ts'
import type { PublicKey } from './PublicKey.ts'
import { lineOf } from './publicLine.ts'

/** What is shown of a key that was read as a whole. */
export type KeyFacts = {
  /** `Ed25519`, `RSA 3072 bits`, `ECDSA P-256`. */
  type: string
  comment: string | undefined
  sha256: string
  md5: string
  /** Of private keys only. */
  hasPassphrase?: boolean
  /** A certificate of the key, and until when it counts: undefined for ever. */
  certificate?: { expires: Date | undefined; isOfHost: boolean }
  /** The other field has its private half. */
  matches?: boolean
  /** Its public half as a line of OpenSSH. */
  line: string
}

export function factsOf(key: PublicKey, more: Pick<KeyFacts, 'comment' | 'hasPassphrase' | 'certificate'>): KeyFacts {
  return {
    ...more,
    type: [key.algorithm, key.size, key.isSecurityKey && 'security key'].filter(Boolean).join(' '),
    sha256: sha256Of(key.blob),
    md5: md5Of(key.blob),
    line: lineOf(key, more.comment),
  }
}
