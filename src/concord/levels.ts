import type { AccessLevel } from '#api/types.ts'

/** From least to most. */
export const LEVELS: AccessLevel[] = ['READER', 'WRITER', 'OWNER']

export const levelWord: Record<AccessLevel, string> = { READER: 'Reader', WRITER: 'Writer', OWNER: 'Owner' }

/** To compare two levels; no grant at all is 0. */
export const rank = (level: AccessLevel | undefined) => (level ? LEVELS.indexOf(level) + 1 : 0)
