import type { OpenSession } from '#api/types.ts'
import { count } from '#ui/words.ts'
import { deviceOf } from './device.ts'

/** `1 session`, `3 sessions`. */
export const sessionCount = (number: number) => count(number, 'session')
export const processCount = (number: number) => count(number, 'process session')

export const endedWords = (ended: number) =>
  ended === 0 ? 'The session had already ended.' : `${sessionCount(ended)} ended.`

export const nameOf = ({ kind, userAgent }: OpenSession) =>
  kind === 'PROCESS' && !userAgent ? 'Process' : deviceOf(userAgent)
