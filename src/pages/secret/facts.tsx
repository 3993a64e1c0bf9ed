import { FileKey, KeyRound, type LucideIcon, Server, ShieldCheck, UserRoundKey } from 'lucide-react'
import type { SecretEncryptedBy, SecretType } from '#api/types.ts'
import { Fact } from '#ui/Facts.tsx'

/*
 * What a secret is and what protects it, in the words and icons that every screen of a secret uses. Visibility is not
 * here: organizations and projects have one too, so VisibilityFact is in ui/Facts.tsx.
 */

type Face = { icon: LucideIcon; word: string }

const TYPES: Record<SecretType, Face> = {
  KEY_PAIR: { icon: KeyRound, word: 'Key pair' },
  USERNAME_PASSWORD: { icon: UserRoundKey, word: 'Username and password' },
  DATA: { icon: FileKey, word: 'Single value or file' },
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
