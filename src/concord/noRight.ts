import { ownerName } from '#api/users.ts'
import { levelWord, type Right, type RightFacts } from './rights.ts'

export type NoRight = {
  /** Who may do it and who can help: `Only members of platform can change it. Ask admin.` */
  words: string
  /** What to send to them, without the secret's address. */
  request: string
}

/** What somebody can do who lacks this right to a secret (concord-api §9.3). */
export function noRight(
  level: 'WRITER' | 'OWNER',
  { missing }: Right,
  { secret, org, whoami }: Pick<RightFacts, 'secret' | 'org' | 'whoami'>,
): NoRight {
  const { orgName, name } = secret
  const act = level === 'WRITER' ? 'change it' : 'delete it or change its owner'
  const ask = (owner: typeof secret.owner) => `Ask ${owner?.username ? ownerName(owner) : 'an administrator'}.`
  if (missing === 'membership')
    return {
      words: `Only members of ${orgName} can ${act}. ${ask(org?.owner)}`,
      request: `Please add ${whoami.username} to a team of ${orgName}, to change the secret ${orgName} / ${name}:`,
    }
  const access = `${levelWord[level]} access`
  return {
    words: `Only teams with ${access} can ${act}. ${ask(secret.owner ?? org?.owner)}`,
    request: `Please give a team of ${whoami.username} ${access} to the secret ${orgName} / ${name}:`,
  }
}
