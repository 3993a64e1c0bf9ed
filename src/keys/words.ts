import type { KeyFacts } from './KeyFacts.ts'

/** What is said about a key in one line, beside its fingerprint: `Ed25519`, `no passphrase`. */
export function factWords({ type, comment, hasPassphrase, certificate, matches }: KeyFacts): {
  before: string
  after: string[]
} {
  const after = [
    hasPassphrase !== undefined && (hasPassphrase ? 'passphrase' : 'no passphrase'),
    certificate && expiryWords(certificate.expires),
    matches && 'matches the private key',
    comment && `“${comment}”`,
  ]
  return {
    before: certificate ? `${type} certificate${certificate.isOfHost ? ' of a host' : ''}` : type,
    after: after.filter((words) => typeof words === 'string'),
  }
}

const expiryWords = (date: Date | undefined) => {
  if (!date) return 'never expires'
  const day = date.toISOString().slice(0, 10)
  return date.getTime() < Date.now() ? `expired on ${day}` : `expires on ${day}`
}
