import {
  Globe,
  KeyRound,
  Lock,
  type LucideIcon,
  RectangleEllipsis,
  Server,
  ShieldCheck,
  UserRoundKey,
} from 'lucide-react'
import type { SecretEncryptedBy, SecretType, Visibility } from '#api/types.ts'
import { Fact } from '#ui/Fact.tsx'

/*
 * What Concord's things are, in the words and icons that every screen uses.
 */

type Face = { icon: LucideIcon; word: string }

const TYPES: Record<SecretType, Face> = {
  KEY_PAIR: { icon: KeyRound, word: 'Key pair' },
  USERNAME_PASSWORD: { icon: UserRoundKey, word: 'Username and password' },
  // Concord does not say which of the two it is (SecretEntryV2): the icon is that of a single value.
  DATA: { icon: RectangleEllipsis, word: 'Single value or file' },
}

const PROTECTIONS: Record<SecretEncryptedBy, Face> = {
  SERVER_KEY: { icon: Server, word: 'Server key' },
  PASSWORD: { icon: ShieldCheck, word: 'Store password' },
}

export const typeWord = (type: SecretType) => TYPES[type].word
export const protectionWord = (encryptedBy: SecretEncryptedBy) => PROTECTIONS[encryptedBy].word

export const TypeFact = ({ type }: { type: SecretType }) => <Fact icon={TYPES[type].icon}>{typeWord(type)}</Fact>

export const ProtectionFact = ({ encryptedBy }: { encryptedBy: SecretEncryptedBy }) => (
  <Fact icon={PROTECTIONS[encryptedBy].icon}>{protectionWord(encryptedBy)}</Fact>
)

/** *Public* stands out, because it needs a decision; *Private* is how things should be. */
export const VisibilityFact = ({ visibility }: { visibility: Visibility }) =>
  visibility === 'PUBLIC' ? (
    <Fact icon={Globe} notable>
      Public
    </Fact>
  ) : (
    <Fact icon={Lock}>Private</Fact>
  )

/** Of an organization it only says who sees it in lists (concord-api §5): nothing to decide. */
export const QuietVisibilityFact = ({ visibility }: { visibility: Visibility }) =>
  visibility === 'PUBLIC' ? <Fact icon={Globe}>Public</Fact> : <Fact icon={Lock}>Private</Fact>

/** On something that is listed but may not be opened: normal in Concord (concord-api §9.4). */
export const NoAccessFact = () => (
  <Fact icon={Lock} notable>
    No access
  </Fact>
)
