import type { KeyContent } from './content.ts'
import { holdsPrivateKey } from './holdsPrivateKey.ts'
import { type Fix, fixOf, type Inspection, type Slot, warning } from './Inspection.ts'
import { inspectPrivate } from './inspectPrivate.ts'
import { inspectPublic } from './inspectPublic.ts'
import { isSame } from './wire.ts'

export type Pair = Record<Slot, KeyContent>
export type InspectedPair = Partial<Record<Slot, Inspection>>

/** More than any key has; the rest of a large file is not looked at. */
const MAX_LENGTH = 65_536

/** What is to be said about the two fields of a key pair, alone and together. An empty field is not inspected. */
export function inspectPair(pair: Pair): InspectedPair {
  const publicKey = pair.publicKey.slice(0, MAX_LENGTH)
  const privateKey = pair.privateKey.slice(0, MAX_LENGTH)
  const isGiven = { publicKey: publicKey.length > 0, privateKey: privateKey.length > 0 }
  const ofPublic = isGiven.publicKey ? inspectPublic(publicKey) : undefined
  const ofPrivate = isGiven.privateKey ? inspectPrivate(privateKey) : undefined
  const isPublicWrong = !!ofPublic?.isPrivate
  const isPrivateWrong = isGiven.privateKey && !holdsPrivateKey(privateKey) && isPublicKey(privateKey)
  if (isPublicWrong || isPrivateWrong) return misplaced({ isPublicWrong, isPrivateWrong, isGiven, ofPublic, ofPrivate })
  const derived = ofPrivate?.key && ofPrivate.facts && fixOf('publicKey', `${ofPrivate.facts.line}\n`, [DERIVE])
  if (!ofPublic || !ofPrivate)
    return {
      ...(ofPublic && { publicKey: ofPublic }),
      ...(ofPrivate && { privateKey: ofPrivate }),
      ...offered(derived, isGiven),
    }
  return { publicKey: compared(ofPublic, ofPrivate, derived), privateKey: ofPrivate }
}

const DERIVE = { cause: '', words: 'Puts the public half of the private key here' }

const isPublicKey = (content: KeyContent) => {
  const { key, remarks } = inspectPublic(content)
  return !!key || remarks.some(({ fix }) => fix !== undefined)
}

type Placement = {
  isPublicWrong: boolean
  isPrivateWrong: boolean
  isGiven: Record<Slot, boolean>
  ofPublic: Inspection | undefined
  ofPrivate: Inspection | undefined
}

/** A key in the other one's field. */
function misplaced({ isPublicWrong, isPrivateWrong, isGiven, ofPublic, ofPrivate }: Placement) {
  const swap: Fix | undefined =
    isPublicWrong && isPrivateWrong
      ? { label: 'Swap them', changes: ['Puts each key into the other field'], swap: true }
      : isPublicWrong && !isGiven.privateKey
        ? { label: 'Move it', changes: ['Moves it to Private key'], swap: true }
        : isPrivateWrong && !isGiven.publicKey
          ? { label: 'Move it', changes: ['Moves it to Public key'], swap: true }
          : undefined
  const way = swap && { fix: swap }
  return {
    ...(ofPublic && {
      publicKey: isPublicWrong
        ? { ...ofPublic, remarks: ofPublic.remarks.map((remark) => ({ ...remark, ...way })) }
        : ofPublic,
    }),
    ...(ofPrivate && {
      privateKey: isPrivateWrong
        ? { verdict: 'bad' as const, remarks: [warning('This is a public key.', isPublicWrong ? {} : way)] }
        : ofPrivate,
    }),
  }
}

/** With the private key alone, the public one need not be looked for. */
const offered = (derived: Fix | undefined, isGiven: Record<Slot, boolean>): { publicKey?: Inspection } =>
  derived && !isGiven.publicKey
    ? {
        publicKey: {
          verdict: 'doubtful',
          remarks: [{ tone: 'hint', words: 'The private key contains it.', fix: { ...derived, label: 'Fill it in' } }],
        },
      }
    : {}

function compared(ofPublic: Inspection, ofPrivate: Inspection, derived: Fix | undefined): Inspection {
  if (!derived || !ofPrivate.key) return ofPublic
  if (ofPublic.key && !isSame(ofPublic.key.blob, ofPrivate.key.blob))
    return {
      ...ofPublic,
      verdict: 'doubtful',
      remarks: [warning('It does not match the private key.', { fix: derived }), ...ofPublic.remarks],
    }
  if (ofPublic.key && ofPublic.facts) return { ...ofPublic, facts: { ...ofPublic.facts, matches: true } }
  // What cannot be mended can be replaced.
  const remarks = ofPublic.remarks.map((remark) => (remark.fix ? remark : { ...remark, fix: derived }))
  return { ...ofPublic, remarks }
}
