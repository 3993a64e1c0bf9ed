/** The content encodings that an `Accept-Encoding` header names and does not exclude, in lower case. */
export function acceptedEncodings(header: string | null | undefined): (string | undefined)[] {
  return (header ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';')[0]?.trim())
}
