import { ownerName } from '#api/users.ts'
import type { Right, RightFacts } from './rights.ts'

/** What somebody wants to do, the access level that it needs, and how it is called. */
const ACTS = {
  change: { level: 'Writer', does: 'change it' },
  own: { level: 'Owner', does: 'delete it or change its owner' },
  access: { level: 'Owner', does: 'change who has access' },
}

export type Act = keyof typeof ACTS

export type NoRight = {
  /** Who may do it and who can help: `Only members of platform can change it. Ask admin.` */
  words: string
  /** What to send to them, without the secret's address. */
  request: string
}

/** What somebody can do who lacks this right to a secret (concord-api §9.3). */
export function noRight(
  act: Act,
  { missing }: Right,
  { secret, org, whoami }: Pick<RightFacts, 'secret' | 'org' | 'whoami'>,
): NoRight {
  const { orgName, name } = secret
  const { level, does } = ACTS[act]
  const ask = (owner: typeof secret.owner) => `Ask ${owner?.username ? ownerName(owner) : 'an administrator'}.`
  if (missing === 'membership')
    return {
      words: `Only members of ${orgName} can ${does}. ${ask(org?.owner)}`,
      request: `Please add ${whoami.username} to a team of ${orgName}, to change the secret ${orgName} / ${name}:`,
    }
  const access = `${level} access`
  return {
    words: `Only teams with ${access} can ${does}. ${ask(secret.owner ?? org?.owner)}`,
    request: `Please give a team of ${whoami.username} ${access} to the secret ${orgName} / ${name}:`,
  }
}
