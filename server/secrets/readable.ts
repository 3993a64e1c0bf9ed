import { requireSecret } from '../access/rules.ts'
import type { Reader } from '../db/open.ts'
import { requireOrg } from '../orgs/store.ts'
import type { Principal } from '../principal.ts'
import { requireSecretRow } from './store.ts'

export interface SecretPath {
  orgName: string
  secretName: string
}

/** The secret in the path, if the caller can read it. */
export async function readableSecret(db: Reader, who: Principal, { orgName, secretName }: SecretPath) {
  const org = await requireOrg(db, orgName)
  const secret = await requireSecretRow(db, org.id, secretName)
  await requireSecret(db, who, secret, 'READER', 'open')
  return { org, secret }
}
