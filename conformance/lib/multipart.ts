/*
 * multipart/form-data with control over every header of a part, including what a browser's form would never send.
 */

const BOUNDARY = '----conformance-5f2d81c9'

/** A part with the given headers; without `type` it has no Content-Type, like a browser's text field. */
export interface Part {
  value: string | Buffer
  type?: string
  filename?: string
  /** Further header lines. */
  headers?: string[]
  /** Replaces the whole Content-Disposition header line. */
  disposition?: string
}

/** A string is a text field, bytes are a file. */
export type Field = string | Buffer | Part
export type Form = Record<string, Field | undefined> | [string, Field][]

export const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`

export function multipart(form: Form): Buffer {
  const fields = Array.isArray(form) ? form : Object.entries(form)
  const parts = fields.flatMap(([name, field]) => (field === undefined ? [] : [partOf(name, field)]))
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])
}

function partOf(name: string, field: Field): Buffer {
  const part: Part =
    typeof field === 'string'
      ? { value: field }
      : Buffer.isBuffer(field)
        ? { value: field, type: 'application/octet-stream', filename: 'blob' }
        : field
  const file = part.filename ? `; filename="${part.filename}"` : ''
  const head = [
    `--${BOUNDARY}`,
    part.disposition ?? `Content-Disposition: form-data; name="${name}"${file}`,
    ...(part.type ? [`Content-Type: ${part.type}`] : []),
    ...(part.headers ?? []),
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(part.value), Buffer.from('\r\n')])
}

/** Text declared as UTF-8, as a console sends non-ASCII text. */
export const utf8 = (value: string): Part => ({ value, type: 'text/plain;charset=UTF-8', filename: 'blob' })
