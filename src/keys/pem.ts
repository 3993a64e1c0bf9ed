import { fromBase64 } from './base64.ts'
import { Damaged } from './Damaged.ts'

/** What is between a BEGIN and its END line. */
export type PemBlock = { label: string; hasPassphrase: boolean; bytes: Uint8Array }

/**
 * Reads the first block whose label fits, as OpenSSL does: text around it, CRLF and blanks at the ends of lines do not
 * matter, but a BEGIN or END line must begin its line, and there is no empty line but the one after headers.
 */
export function readPem(text: string, fits: RegExp): PemBlock {
  // OpenSSL takes bytes of other alphabets for blanks, too.
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.replace(/[\0- \u0080-\uFFFF]+$/, ''))
  const begin = lines.findIndex((line) => fits.test(labelOf(line) ?? ''))
  const label = labelOf(lines[begin] ?? '')
  if (label === undefined) throw new Damaged('Its BEGIN line is missing or damaged.')
  const length = lines.slice(begin + 1).findIndex((line) => line.startsWith('-----END '))
  if (length < 0 || lines[begin + 1 + length] !== `-----END ${label}-----`)
    throw new Damaged('Its END line is missing or damaged.')
  return { label, ...readLines(lines.slice(begin + 1, begin + 1 + length)) }
}

const labelOf = (line: string) => /^-----BEGIN (.*)-----$/.exec(line)?.[1]

function readLines(lines: string[]): Omit<PemBlock, 'label'> {
  const empty = lines.indexOf('')
  const headers = lines.slice(0, Math.max(empty, 0))
  const body = lines.slice(empty + 1)
  if (body.includes('')) throw new Damaged('There is an empty line in it.')
  if (headers.length > 0 && !/^Proc-Type: *4, *ENCRYPTED/.test(headers[0] ?? ''))
    throw new Damaged('There is an empty line in it.')
  const bytes = fromBase64(body.join('\n'))
  if (!bytes || bytes.length === 0) throw new Damaged('Its base64 is damaged.')
  if (headers.length > 0 && body.slice(0, -1).some((line) => line.length !== 64))
    throw new Damaged('Its lines must have 64 characters.')
  return { hasPassphrase: headers.length > 0, bytes }
}
