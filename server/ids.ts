import { randomBytes } from 'node:crypto'

/** Generates a UUID v7, which sorts by time, as Concord does for new rows. */
export function newId(now = Date.now()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const UUID = /^[0-9a-fA-F]{1,8}-[0-9a-fA-F]{1,4}-[0-9a-fA-F]{1,4}-[0-9a-fA-F]{1,4}-[0-9a-fA-F]{1,12}$/

/**
 * Parses a UUID into its canonical spelling, or undefined; as lenient about missing zeros as java.util.UUID#fromString.
 */
export function parseUuid(text: string): string | undefined {
  if (!UUID.test(text)) return undefined
  const widths = [8, 4, 4, 4, 12]
  return text
    .toLowerCase()
    .split('-')
    .map((part, i) => part.padStart(widths[i] ?? 0, '0'))
    .join('-')
}

/** Seed rows of every Concord; clients know these ids (concord-api §5, §15.3). */
export const SEED = {
  adminUser: '230c5c9c-d9a7-11e6-bcfd-bb681c07b26c',
  defaultOrg: '0fac1b18-d179-11e7-b3e7-d7df4543ed4f',
  systemOrg: '94a35e54-d204-11e7-9a97-c32b8f0c3380',
  defaultTeam: '00000000-0000-0000-0000-000000000000',
} as const
