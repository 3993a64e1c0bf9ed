import { z } from 'zod'
import { emptyError, javaError, textError } from '../errors.ts'
import type { Call } from './call.ts'
import { MAX_LINKS, refuseMore } from './listLimits.ts'
import { flagParameter, uuidParameter } from './parameters.ts'
import { decodeTransfer } from './transferEncoding.ts'

/*
 * multipart/form-data as Concord reads it: RESTEasy's parts, looked up by MultipartUtils (concord-api §9.5). Existing
 * parsers reject what Concord accepts (a body that ends early, text before the first boundary), and `Request#formData`
 * decodes text as UTF-8 instead of RESTEasy's US-ASCII, and distinguishes strings from files, unlike Concord.
 */

interface Part {
  /** Undefined if the part has no name, or has it without quotes. */
  name: string | undefined
  charset: string | undefined
  bytes: Buffer
}

/** Reads the request's parts. An empty body has no parts; a content type without a boundary is RESTEasy's 500. */
export async function readForm(c: Call): Promise<Form<Fields>> {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(c.req.header('Content-Type') ?? '') ?? []
  const boundary = quoted ?? plain
  if (!boundary) throw javaError('java.io.IOException', 'RESTEASY007550: Unable to get boundary for multipart')
  if (boundary.length > MAX_BOUNDARY) {
    throw textError(400, `The boundary of the form is longer than ${MAX_BOUNDARY} characters`)
  }
  return new Form(parseParts(Buffer.from(await c.req.arrayBuffer()), boundary))
}

type Fields = Record<string, z.ZodType>

/** The kinds of fields; text, flags and UUIDs as in a query. */
export const fileField = z.string().meta({ contentMediaType: 'application/octet-stream' }).brand<'file'>()
export const listField = z
  .string()
  .meta({ description: `Separated by commas, at most ${MAX_LINKS}` })
  .brand<'list'>()
export const uuidListField = z
  .string()
  .meta({ description: `UUIDs, separated by commas, at most ${MAX_LINKS}` })
  .brand<'uuids'>()

/** The names of the fields of a kind. */
type NamesOf<F, Kind extends z.ZodType> = keyof {
  [N in keyof F as F[N] extends Kind | z.ZodOptional<Kind> ? N : never]: 1
} &
  string

/** The names of the others than files. */
type TextNames<F> = Exclude<keyof F & string, NamesOf<F, typeof fileField>>

/** The fields of a request, with MultipartUtils' rules and errors: those that the operation declares, by their kind. */
export class Form<F> {
  readonly #parts: readonly Part[]

  constructor(parts: readonly Part[]) {
    this.#parts = parts
  }

  /** The text of a field: its name in any case, the first of several, trimmed; a blank one counts as absent. */
  text(name: TextNames<F>): string | undefined {
    const wanted = name.toLowerCase()
    const part = this.#parts.find((candidate) => candidate.name?.toLowerCase() === wanted)
    return (part && javaTrim(decode(part))) || undefined
  }

  requiredText(name: TextNames<F>): string {
    return this.text(name) ?? notSpecified(name)
  }

  /** Reads a file field: its name is case-sensitive, its bytes are unchanged. It may also be sent as a string. */
  bytes(name: NamesOf<F, typeof fileField>): Buffer | undefined {
    return this.#parts.find((part) => part.name === name)?.bytes
  }

  requiredBytes(name: NamesOf<F, typeof fileField>): Buffer {
    return this.bytes(name) ?? notSpecified(name)
  }

  flag(name: NamesOf<F, typeof flagParameter>): boolean {
    return flagParameter.parse(this.text(name) ?? '')
  }

  uuid(name: NamesOf<F, typeof uuidParameter>): string | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : uuidOf(text)
  }

  /** Reads a comma-separated list; empty items at the end do not count, as with String#split in Java. */
  list(name: NamesOf<F, typeof listField>): string[] {
    return this.#items(name)
  }

  uuidList(name: NamesOf<F, typeof uuidListField>): string[] {
    return this.#items(name).map(uuidOf)
  }

  #items(name: TextNames<F>): string[] {
    const text = this.text(name) ?? ''
    let end = text.length
    while (end > 0 && text[end - 1] === ',') end--
    if (end === 0) return []
    // Splits no more items than allowed.
    const items = text.slice(0, end).split(',', MAX_LINKS + 1)
    refuseMore(items.length, MAX_LINKS, name)
    return items.map(javaTrim)
  }
}

function notSpecified(name: string): never {
  throw textError(400, `${name} not specified`)
}

function uuidOf(text: string): string {
  const result = uuidParameter.safeParse(text)
  if (result.success) return result.data
  throw textError(500, 'Error parsing the request')
}

/** More than any client sends, so that a request can't keep the server busy with a million tiny parts. */
const MAX_PARTS = 1000
/** The same limit as Node's for a request's own headers. */
const MAX_HEAD = 16 * 1024
/** RFC 2046 §5.1.1. Searching for a boundary of thousands of characters takes seconds if the body nearly matches it. */
const MAX_BOUNDARY = 70

/**
 * Splits a body into parts. As in RESTEasy, the last part may lack its closing boundary, and line breaks may be bare
 * LFs.
 */
export function parseParts(body: Buffer, boundary: string): Part[] {
  const dashes = Buffer.from(`--${boundary}`)
  const parts: Part[] = []
  let delimiters = 0
  let current = findDelimiter(body, dashes, 0)
  while (current && !current.closing) {
    const next = findDelimiter(body, dashes, current.end)
    const part = parsePart(body.subarray(current.end, next?.start ?? body.length))
    if (part) parts.push(part)
    // Parts without an empty line count too, because they cost as much.
    if (++delimiters > MAX_PARTS) throw emptyError(413)
    current = next
  }
  return parts
}

interface Delimiter {
  /** The end of the previous part: before the line break that belongs to the delimiter. */
  start: number
  /** The start of the next part. */
  end: number
  closing: boolean
}

const LF = 0x0a
const CR = 0x0d
const DASH = 0x2d

/** Finds the next delimiter line: dashes and boundary, then two dashes or only whitespace. */
function findDelimiter(body: Buffer, dashes: Buffer, from: number): Delimiter | undefined {
  for (let at = body.indexOf(dashes, from); at >= 0; at = body.indexOf(dashes, at + 1)) {
    if (at > 0 && body[at - 1] !== LF) continue
    const start = Math.max(from, body[at - 2] === CR ? at - 2 : at - 1)
    const after = at + dashes.length
    if (body[after] === DASH && body[after + 1] === DASH) return { start, end: after + 2, closing: true }
    const lineEnd = body.indexOf(LF, after)
    const end = lineEnd < 0 ? body.length : lineEnd + 1
    if (body.subarray(after, end).toString('latin1').trim() === '') return { start, end, closing: false }
  }
  return undefined
}

/** Splits a part into its headers and, after the empty line, its bytes; undefined if there is no empty line. */
function parsePart(part: Buffer): Part | undefined {
  const blank = findBlankLine(part)
  if (!blank) return undefined
  // A header may continue on the next line, which then starts with whitespace.
  const lines = part
    .subarray(0, blank.start)
    .toString()
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
  const header = (name: string) =>
    lines.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1)
  return {
    name: partName(header('content-disposition')),
    charset: /;\s*charset="?([^\s";]+)/i.exec(header('content-type') ?? '')?.[1],
    bytes: decodeTransfer(part.subarray(blank.end), header('content-transfer-encoding')),
  }
}

function findBlankLine(part: Buffer): { start: number; end: number } | undefined {
  for (let start = 0; start < part.length; ) {
    const lf = part.indexOf(LF, start)
    if ((lf < 0 ? part.length : lf) > MAX_HEAD) throw emptyError(413)
    if (lf < 0) return undefined
    if (lf === start || (lf === start + 1 && part[start] === CR)) return { start, end: lf + 1 }
    start = lf + 1
  }
  return undefined
}

/** MultipartUtils#extractName. */
function partName(disposition = ''): string | undefined {
  for (const parameter of disposition.split(';')) {
    const match = /^name="(.*)"$/.exec(parameter.trim())
    if (match) return match[1]
  }
  return undefined
}

/** RESTEasy reads text without a charset as US-ASCII: any other byte is lost (concord-api §9.5, Q26). */
function decode({ bytes, charset = 'us-ascii' }: Part): string {
  if (/^(us-)?ascii$/i.test(charset)) return bytes.toString('latin1').replace(/[\u0080-\u00ff]/g, '\ufffd')
  if (/^(iso-8859-1|latin-?1)$/i.test(charset)) return bytes.toString('latin1')
  try {
    return new TextDecoder(charset, { ignoreBOM: true }).decode(bytes)
  } catch {
    throw javaError('java.io.UnsupportedEncodingException')
  }
}

/** Java's String#trim: removes every character up to the space (a no-break space stays). */
function javaTrim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 0x20) start++
  while (start < end && text.charCodeAt(end - 1) <= 0x20) end--
  return text.slice(start, end)
}
