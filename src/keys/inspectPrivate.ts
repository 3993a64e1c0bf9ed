import { attempt } from './attempt.ts'
import type { Change } from './clean.ts'
import { type KeyContent, rawText } from './content.ts'
import { Damaged, Unsupported } from './Damaged.ts'
import { inspectForeign } from './foreign.ts'
import { bad, causesOf, fixOf, type Inspection, type Remark, warning } from './Inspection.ts'
import { factsOf } from './KeyFacts.ts'
import { OPENSSH_BEGIN, readOpenSsh } from './openSsh.ts'
import type { PrivateKey } from './PrivateKey.ts'
import { readPemPrivate } from './pemPrivate.ts'
import { repairPem } from './repairPem.ts'

/** What is in the field of the private key: what it is, what OpenSSH will say about it, and how to mend it. */
export function inspectPrivate(content: KeyContent): Inspection {
  const raw = rawText(content)
  const { text, changes } = repairPem(content)
  const read = attempt(() => readPrivate(raw))
  const repaired = text === raw ? read : attempt(() => readPrivate(text))
  if (!(read instanceof Damaged)) return inspectRead(read, repairRemarks(text, changes, repaired, read))
  const foreign = inspectForeign(content)
  if (foreign) return foreign
  if (!(repaired instanceof Damaged))
    return bad(warning(`${causesOf(changes)}. OpenSSH rejects that.`, { fix: fixOf('privateKey', text, changes) }))
  if (!/PRIVATE KEY-----/.test(text)) return bad(warning(wordsForOther(text)))
  return bad(warning(repaired instanceof Unsupported ? repaired.message : `OpenSSH rejects it. ${repaired.message}`))
}

export const readPrivate = (text: string): PrivateKey =>
  text.startsWith(OPENSSH_BEGIN) ? readOpenSsh(text) : readPemPrivate(text)

function wordsForOther(text: string): string {
  if (/BEGIN CERTIFICATE( REQUEST)?-----/.test(text)) return 'This is a certificate, not a private key.'
  return 'This is not a private key: it has no BEGIN line.'
}

function inspectRead(read: PrivateKey, repairs: Remark[]): Inspection {
  const { key, comment, hasPassphrase, fits, since, hasMore } = read
  const remarks = [...repairs]
  if (hasPassphrase)
    remarks.unshift(
      warning('It has a passphrase. Git in Concord cannot ask for one.', { command: 'ssh-keygen -p -f key' }),
    )
  if (since) remarks.unshift(warning(`OpenSSH before ${since} cannot read an Ed25519 key in PEM.`))
  if (fits === false) remarks.unshift(warning('It is damaged: its private half does not fit its public half.'))
  if (hasMore) remarks.unshift(warning('There are bytes after the end of the key.'))
  if (key?.isSecurityKey) remarks.unshift(warning('It needs a security key to be touched. Concord cannot.'))
  if (key?.algorithm === 'DSA') remarks.push(warning('OpenSSH 10 and Git hosts no longer accept DSA keys.'))
  const isGood = fits === true && !since && !hasMore && !hasPassphrase
  const facts = key && fits !== false && !hasMore ? factsOf(key, { comment, hasPassphrase }) : undefined
  return { verdict: isGood ? 'good' : 'doubtful', remarks, ...(key && facts && { key, facts }) }
}

/** OpenSSH reads it as it is; others may not, or it is not what was meant. */
function repairRemarks(text: string, changes: Change[], repaired: PrivateKey | Damaged, read: PrivateKey): Remark[] {
  if (repaired instanceof Damaged || changes.every(({ isQuiet }) => isQuiet)) return []
  const isSame = !repaired.key || !read.key || repaired.key.type === read.key.type
  return isSame
    ? [warning(`${causesOf(changes)}. Some programs reject that.`, { fix: fixOf('privateKey', text, changes) })]
    : []
}
