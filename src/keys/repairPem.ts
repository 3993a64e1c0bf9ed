import { count } from '#ui/words.ts'
import { attempt } from './attempt.ts'
import { fromBase64 } from './base64.ts'
import { type Change, clean, type Repair } from './clean.ts'
import { type KeyContent, rawText } from './content.ts'
import { Damaged } from './Damaged.ts'
import { DerReader, TAG } from './der.ts'

const DASHES = /[-\u2010-\u2015]{1,10} *(BEGIN|END) +([A-Z0-9 ]*PRIVATE KEY) *[-\u2010-\u2015]{1,10}/gi
const BLOCK = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([\s\S]*?)-----END \1-----/g

/** Returns the private key as it should be, and what has to change for it. Whether it can be read is not known yet. */
export function repairPem(content: KeyContent): Repair {
  const { text, changes } = clean(content)
  const dashed = restoreDashes(text, changes)
  const whole = restoreEnds(dashed, changes)
  const [block, ...others] = [...whole.matchAll(BLOCK)]
  if (!block) return { text: whole, changes }
  const [all, label = '', body = ''] = block
  if (others.length > 0)
    changes.push({ cause: `There are ${others.length + 1} keys`, words: 'Keeps the first key and removes the rest' })
  const before = whole.slice(0, block.index)
  const after = whole.slice(block.index + all.length)
  if (others.length === 0) noteTextAround(before, after, changes)
  const lines = repairLines(body, label, changes)
  const prefix = /[ \t>]+$/.exec(before)?.[0] ?? ''
  if (prefix && !changes.some(({ words }) => words.startsWith('Removes the indent')))
    changes.push({ cause: 'Its first line is indented', words: 'Removes the indent of the first line' })
  if (!after.startsWith('\n'))
    changes.push({ cause: 'It has no line break at the end', words: 'Adds a line break at the end', isQuiet: true })
  return { text: `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`, changes }
}

/** Word processors replace some of them, and some people lose one. */
function restoreDashes(text: string, changes: Change[]): string {
  const restored = text.replace(
    DASHES,
    (_, word: string, label: string) => `-----${word.toUpperCase()} ${label.toUpperCase()}-----`,
  )
  if (restored !== text)
    changes.push({ cause: 'Its BEGIN and END lines are damaged', words: 'Restores the BEGIN and END lines' })
  return restored
}

/** One of the two lines shows what the other one was. */
function restoreEnds(text: string, changes: Change[]): string {
  const [first] = /^.*-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/m.exec(text) ?? []
  const [last] = /^.*-----END [A-Z0-9 ]*PRIVATE KEY-----/m.exec(text) ?? []
  const trimmed = text.trim()
  if (first && !last) {
    changes.push({ cause: 'Its END line is missing', words: 'Adds the END line' })
    return `${trimmed.replace(/\n-+(?:E(?:N(?:D[^\n]*)?)?)?$/, '')}\n${first.replace(/^.*-----BEGIN/, '-----END')}\n`
  }
  if (last && !first) {
    changes.push({ cause: 'Its BEGIN line is missing', words: 'Adds the BEGIN line' })
    return `${last.replace(/^.*-----END/, '-----BEGIN')}\n${trimmed}\n`
  }
  const label = first || last ? undefined : labelOfBase64(trimmed)
  if (!label) return text
  changes.push({ cause: 'Its BEGIN and END lines are missing', words: 'Adds the BEGIN and END lines' })
  return `-----BEGIN ${label}-----\n${trimmed}\n-----END ${label}-----\n`
}

/** The formats of private keys that base64 shows by itself: OpenSSH's, PKCS#8 and PKCS#1. */
function labelOfBase64(text: string): string | undefined {
  const bytes = fromBase64(text)
  if (!bytes || bytes.length < 32) return undefined
  if (rawText(bytes.subarray(0, 14)) === 'openssh-key-v1') return 'OPENSSH PRIVATE KEY'
  const content = attempt(() => new DerReader(bytes).sequence())
  if (content instanceof Damaged || content.isNext(TAG.sequence)) return undefined
  const version = attempt(content.integer)
  if (version !== 0n) return undefined
  return content.isNext(TAG.sequence) ? 'PRIVATE KEY' : 'RSA PRIVATE KEY'
}

function noteTextAround(before: string, after: string, changes: Change[]) {
  // OpenSSL itself writes the parameters of a curve before its key.
  const parameters = /^-----BEGIN EC PARAMETERS-----[^-]*-----END EC PARAMETERS-----\n$/.test(before)
  const sides = [/[^\s>]/.test(before) && 'before', /[^\s>]/.test(after) && 'after'].filter(Boolean)
  if (sides.length > 0)
    changes.push({
      cause: 'There is text around it',
      words: `Removes the text ${sides.join(' and ')} it`,
      isQuiet: parameters,
    })
  else if (/\n/.test(before) || /\n[\s]*\n/.test(after))
    changes.push({
      cause: 'There are empty lines around it',
      words: 'Removes the empty lines around it',
      isQuiet: true,
    })
  if (after.startsWith(' '))
    changes.push({
      cause: 'Its last line ends with blanks',
      words: 'Removes the blanks after its last line',
      isQuiet: true,
    })
}

/** Removes what editors put around lines, and breaks them where they should be. */
function repairLines(body: string, label: string, changes: Change[]): string[] {
  const raw = body.split('\n')
  const inner = raw.slice(1, -1)
  const isGlued = raw.length < 3 || /[^ \t]/.test(raw[0] ?? '') || /[^ \t>]/.test(raw.at(-1) ?? '')
  const indented = [...inner, isGlued ? '' : (raw.at(-1) ?? '')].filter((line) => /^[ \t>]/.test(line)).length
  if (indented > 0)
    changes.push({ cause: 'Its lines are indented', words: `Removes the indent of ${count(indented, 'line')}` })
  const trailing = [raw[0] ?? '', ...inner].filter((line) => /[ \t]$/.test(line)).length
  if (trailing > 0 && !isGlued)
    changes.push({
      cause: 'Its lines end with blanks',
      words: `Removes the blanks at the end of ${count(trailing, 'line')}`,
      isQuiet: true,
    })
  const lines = raw.map((line) => line.replace(/^[ \t>]+|[ \t]+$/g, ''))
  const isHeader = (line: string) => /^[\w-]+: /.test(line)
  const headers = lines.filter(isHeader)
  const base64 = lines.filter((line) => line !== '' && !isHeader(line))
  const empty = lines.slice(1, -1).filter((line) => line === '').length
  if (!isGlued && empty > (headers.length > 0 ? 1 : 0))
    changes.push({ cause: 'It has empty lines', words: `Removes ${count(empty, 'empty line')}` })
  if (isGlued) changes.push({ cause: 'It is in one line', words: 'Breaks it into lines' })
  const needsRewrap = isGlued || (headers.length > 0 && base64.slice(0, -1).some((line) => line.length !== 64))
  if (needsRewrap && !isGlued)
    changes.push({ cause: 'Its lines have the wrong length', words: 'Breaks it into lines of 64' })
  const width = label === 'OPENSSH PRIVATE KEY' ? 70 : 64
  const wrapped = needsRewrap
    ? (base64
        .join('')
        .replace(/\s/g, '')
        .match(new RegExp(`.{1,${width}}`, 'g')) ?? [])
    : base64
  return headers.length > 0 ? [...headers, '', ...wrapped] : wrapped
}
