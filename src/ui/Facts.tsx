import {
  CircleSlash,
  FileKey,
  Globe,
  KeyRound,
  Lock,
  type LucideIcon,
  Server,
  ShieldCheck,
  UserRoundKey,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

/** An icon and a word. */
export function Fact({ icon, children }: { icon: LucideIcon; children: ReactNode }) {
  return (
    <span className="fact">
      <Icon of={icon} /> {children}
    </span>
  )
}

/** *Public* stands out, because it needs a decision; *Private* is how things should be. */
export function VisibilityFact({ visibility }: { visibility: 'PUBLIC' | 'PRIVATE' }) {
  return visibility === 'PUBLIC' ? (
    <span className="fact notable">
      <Icon of={Globe} /> Public
    </span>
  ) : (
    <Fact icon={Lock}>Private</Fact>
  )
}

const TYPES = {
  KEY_PAIR: { icon: KeyRound, word: 'Key pair' },
  USERNAME_PASSWORD: { icon: UserRoundKey, word: 'Username and password' },
  DATA: { icon: FileKey, word: 'Single value' },
}

/** The words of `SecretTypeFact`, for filters and sentences. */
export const secretTypeWord = (type: keyof typeof TYPES) => TYPES[type].word

export function SecretTypeFact({ type }: { type: keyof typeof TYPES }) {
  return <Fact icon={TYPES[type].icon}>{TYPES[type].word}</Fact>
}

export function ProtectionFact({ encryptedBy }: { encryptedBy: 'SERVER_KEY' | 'PASSWORD' }) {
  return encryptedBy === 'PASSWORD' ? (
    <Fact icon={ShieldCheck}>Store password</Fact>
  ) : (
    <Fact icon={Server}>Server key</Fact>
  )
}

/** On something that is listed but may not be opened: normal in Concord (concord-api §9.4). */
export function NoAccessFact() {
  return (
    <span className="fact notable">
      <Icon of={CircleSlash} /> No access
    </span>
  )
}
