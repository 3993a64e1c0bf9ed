import { fromBase64 } from './base64.ts'
import { type Change, clean, type Repair } from './clean.ts'
import type { KeyContent } from './content.ts'
import { BEGINS_LINE, HAS_LINE, lineOf, readPublicLine, typeOf } from './publicLine.ts'

/** Returns the public key as the one line that it should be, and what has to change for it. */
export function repairLine(content: KeyContent): Repair {
  const { text, changes } = clean(content)
  const lines = unquoted(text, changes)
    .split('\n')
    .map((line) => line.trim())
  const starts = lines.flatMap((line, index) => (HAS_LINE.test(line) || BEGINS_LINE.test(`${line} `) ? [index] : []))
  const first = starts[0]
  if (first === undefined) return repairType(lines.join('\n').trim(), changes)
  if (starts.length > 1)
    changes.push({ cause: `There are ${starts.length} keys`, words: 'Keeps the first key and removes the rest' })
  const end = starts[1] ?? lines.length
  const { line, used } = joined(lines.slice(first, end))
  noteRest([...lines.slice(0, first), ...lines.slice(first + used, end)], changes)
  if (used > 1) changes.push({ cause: `It is broken into ${used} lines`, words: `Joins ${used} lines into one` })
  const at = line.search(HAS_LINE)
  if (at > 0) changes.push({ cause: 'There is text before it', words: 'Removes the text before it' })
  return mendType(line.slice(Math.max(at, 0)), changes)
}

function unquoted(text: string, changes: Change[]): string {
  const [, , inner] = /^\s*(["'`])([^"'`]*)\1\s*$/.exec(text) ?? []
  if (inner === undefined) return text
  changes.push({ cause: 'It is in quotes', words: 'Removes the quotes' })
  return inner
}

/** Comment lines and empty ones do not matter; other text does. */
function noteRest(lines: string[], changes: Change[]) {
  if (lines.some((line) => line !== '' && !line.startsWith('#')))
    changes.push({ cause: 'There is text around it', words: 'Removes the text around it' })
}

const reads = (line: string) => {
  try {
    return !!readPublicLine(line)
  } catch {
    return false
  }
}

/** The key ends where its base64 does: as few lines as make a key, then one more if that is a comment. */
function joined(lines: string[]): { line: string; used: number } {
  const filled = lines.map((line, index) => ({ line, index })).filter(({ line }) => line !== '')
  const texts = filled.map(({ line }) => line)
  for (let number = 1; number <= texts.length; number++)
    for (const comment of number < texts.length && number > 1 ? [` ${texts[number]}`, ''] : ['']) {
      const used = number + (comment ? 1 : 0)
      const part = texts.slice(0, number)
      // The type may be on a line of its own.
      const line = [part.join(''), `${part[0]} ${part.slice(1).join('')}`].find((each) => reads(each + comment))
      if (line !== undefined) return { line: line + comment, used: (filled[used - 1]?.index ?? 0) + 1 }
    }
  return { line: texts.join(' '), used: lines.length }
}

/** The key itself says its type; the text before it may be wrong. */
function mendType(line: string, changes: Change[]): Repair {
  const [, type, base64 = '', comment] = /^(\S+)\s+(\S+)(?:\s+(.*))?$/.exec(line) ?? []
  const blob = fromBase64(base64)
  const own = blob && nameIn(blob)
  if (!blob || !own || own === type) return { text: `${line}\n`, changes }
  changes.push({ cause: 'Its type is wrong', words: `Changes the type to ${own}` })
  return { text: `${lineOf({ type: own, blob }, comment)}\n`, changes }
}

/** Base64 alone, without the type before it. */
function repairType(text: string, changes: Change[]): Repair {
  const [, base64 = '', comment] = /^(AAAA[\w+/=]+)(?:[ \t]+([^\n]*))?$/.exec(text) ?? []
  const blob = fromBase64(base64)
  const type = blob && nameIn(blob)
  if (!blob || !type) return { text, changes }
  changes.push({ cause: 'Its type is missing', words: `Adds the type ${type}` })
  return { text: `${lineOf({ type, blob }, comment)}\n`, changes }
}

function nameIn(blob: Uint8Array): string | undefined {
  try {
    return typeOf(blob)
  } catch {
    return undefined
  }
}
