import type { Change } from './clean.ts'
import type { KeyFacts } from './KeyFacts.ts'
import type { PublicKey } from './PublicKey.ts'

export type Slot = 'publicKey' | 'privateKey'

/** What a click changes, and what it will say before. */
export type Fix = { label: string; changes: string[] } & ({ slot: Slot; text: string } | { swap: true })

/** A sentence about a key, with the way out: a command to run, or a fix. */
export type Remark = {
  /** `error`: it is not sent like this. */
  tone: 'error' | 'warning' | 'hint'
  words: string
  command?: string
  fix?: Fix
}

export type Inspection = {
  /**
   * `good`: OpenSSH reads it, and it fits together. `bad`: OpenSSH rejects it. `doubtful`: it depends on a passphrase
   * or a version, or OpenSSH reads it though it is not in order.
   */
  verdict: 'good' | 'doubtful' | 'bad'
  /** In the public field: it may be a private key, which nobody else may see. */
  isPrivate?: boolean
  /** Only of what was read as a whole. */
  key?: PublicKey
  facts?: KeyFacts
  remarks: Remark[]
}

export const warning = (words: string, wayOut: Pick<Remark, 'command' | 'fix'> = {}): Remark => ({
  tone: 'warning',
  words,
  ...wayOut,
})

export const bad = (remark: Remark): Inspection => ({ verdict: 'bad', remarks: [remark] })

export const fixOf = (slot: Slot, text: string, changes: Change[]): Fix => ({
  label: 'Fix',
  changes: changes.map(({ words }) => words),
  slot,
  text,
})

/** The changes that deserve a word of their own, or all if none does. */
export function causesOf(changes: Change[]): string {
  const loud = changes.filter(({ isQuiet }) => !isQuiet)
  return (loud[0] ?? changes[0])?.cause ?? ''
}
