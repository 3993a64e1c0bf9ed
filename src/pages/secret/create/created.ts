import type { OrgRef } from '#api/orgs.ts'
import type { Secret, SecretCreated } from '#api/types.ts'
import { type Draft, newSecretOf } from './draft.ts'

/** What the page shows of a secret that it has just created. */
export type Created = {
  secret: Pick<Secret, 'orgName' | 'name' | 'type' | 'encryptedBy' | 'projects'>
  /** The store password that the server made: nobody can read it again. */
  password: string | undefined
  /** Of a pair that the server made. Concord does not show that of a pair with a store password again. */
  publicKey: { text: string; isShownOnce: boolean } | undefined
}

/** Concord also sends back what the caller gave it (concord-api §14, Q19): that is left out. */
export function createdOf({ orgName }: OrgRef, draft: Draft, { password, publicKey }: SecretCreated): Created {
  const { name, type } = newSecretOf(draft)
  const hasPassword = draft.protection !== 'server-key'
  return {
    secret: { orgName, name, type, encryptedBy: hasPassword ? 'PASSWORD' : 'SERVER_KEY', projects: draft.projects },
    password: draft.protection === 'generated-password' ? password : undefined,
    publicKey: draft.kind === 'new-key-pair' && publicKey ? { text: publicKey, isShownOnce: hasPassword } : undefined,
  }
}
