import { createLimiter, type Limiter, placesPerKind } from '../waiting/limit.ts'

const ofStrangers = createLimiter({ atOnce: placesPerKind() })
const ofKnown = createLimiter({ atOnce: placesPerKind() })

/**
 * The queues for password hashing: sign-ins in one, store passwords and everything else in the other, so that known
 * users never wait behind guessers.
 */
export const limited: Limiter = (turn, task) => (turn?.isStranger ? ofStrangers : ofKnown)(turn, task)
