import { attempt } from './attempt.ts'
import { clean } from './clean.ts'
import { type KeyContent, rawText } from './content.ts'
import { Damaged, Unsupported } from './Damaged.ts'
import { holdsPrivateKey } from './holdsPrivateKey.ts'
import { bad, causesOf, fixOf, type Inspection, type Remark, warning } from './Inspection.ts'
import { factsOf } from './KeyFacts.ts'
import type { PublicKey } from './PublicKey.ts'
import { readPemPublic, readSsh2 } from './publicFormats.ts'
import { lineOf, type ReadLine, readPublicLine } from './publicLine.ts'
import { repairLine } from './repairLine.ts'

/** What is in the field of the public key, which everybody sees who may read the secret. */
export function inspectPublic(content: KeyContent): Inspection {
  if (holdsPrivateKey(content))
    return {
      ...bad({ tone: 'error', words: 'This is a private key. Every reader of the secret would see it.' }),
      isPrivate: true,
    }
  const read = attempt(() => readPublicLine(rawText(content)))
  const { text, changes } = repairLine(content)
  const fix = { fix: fixOf('publicKey', text, changes) }
  if (!(read instanceof Damaged)) {
    const isLoud = changes.some(({ isQuiet }) => !isQuiet)
    return inspectRead(read, isLoud ? [warning(`${causesOf(changes)}. Some programs reject that.`, fix)] : [])
  }
  const repaired = attempt(() => readPublicLine(text))
  if (!(repaired instanceof Damaged) && changes.length > 0)
    return { verdict: 'doubtful', remarks: [warning(`${causesOf(changes)}. Git hosts reject that.`, fix)] }
  return (
    inspectOther(content) ?? bad(warning(repaired instanceof Unsupported ? repaired.message : wordsFor(text, repaired)))
  )
}

const wordsFor = (text: string, damaged: Damaged | ReadLine) =>
  /^(?:ssh-|ecdsa-|sk-)/.test(text) && damaged instanceof Damaged
    ? `It is no whole public key. ${damaged.message}`
    : 'This is not a public key, which begins with ssh-ed25519 or ssh-rsa.'

function inspectRead({ key, comment, certificate }: ReadLine, remarks: Remark[]): Inspection {
  const facts = factsOf(key, { comment, ...(certificate && { certificate }) })
  if (certificate)
    remarks.push(
      warning(expired(certificate.expires) ?? 'It is a certificate. Git hosts want the key itself.', {
        fix: {
          label: 'Fix',
          changes: ['Takes the key out of the certificate'],
          slot: 'publicKey',
          text: `${facts.line}\n`,
        },
      }),
    )
  if (key.isSecurityKey) remarks.push(warning('It belongs to a security key. Concord cannot touch it.'))
  if (key.algorithm === 'DSA') remarks.push(warning('OpenSSH 10 and Git hosts no longer accept DSA keys.'))
  return { verdict: certificate ? 'doubtful' : 'good', key, facts, remarks }
}

const expired = (date: Date | undefined) =>
  date && date.getTime() < Date.now() ? `This certificate expired on ${date.toISOString().slice(0, 10)}.` : undefined

/** Public keys in the formats of other programs. */
function inspectOther(content: KeyContent): Inspection | undefined {
  const { text } = clean(content)
  const convert = (words: string, command: string, read: () => { key: PublicKey; comment?: string | undefined }) => {
    const result = attempt(read)
    if (result instanceof Damaged) return bad(warning(result.message, { command }))
    const fix = fixOf('publicKey', `${lineOf(result.key, result.comment)}\n`, [
      { cause: '', words: 'Turns it into one line of OpenSSH' },
    ])
    return { verdict: 'bad' as const, remarks: [warning(words, { command, fix })] }
  }
  if (/BEGIN SSH2 PUBLIC KEY/.test(text))
    return convert('It is in SSH2 format. Git hosts reject that.', 'ssh-keygen -i -f key.pub', () => readSsh2(text))
  const pem = /-----BEGIN (RSA )?PUBLIC KEY-----/.exec(text)
  if (!pem) return undefined
  const format = pem[1] ? 'PEM' : 'PKCS8'
  return convert('It is in PEM format. Git hosts reject that.', `ssh-keygen -i -m ${format} -f key.pem`, () => ({
    key: readPemPublic(text),
  }))
}
