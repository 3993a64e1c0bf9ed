import { createLimiter, type Limiter, placesPerKind } from '../waiting/limit.ts'

const ofStrangers = createLimiter({ atOnce: placesPerKind() })
const ofKnown = createLimiter({ atOnce: placesPerKind() })

/**
 * Where what is done with passwords waits: signing in with those who sign in, store passwords and all else with those who
 * are known, so that nobody who is known waits behind those who guess.
 */
export const limited: Limiter = (turn, task) => (turn?.isStranger ? ofStrangers : ofKnown)(turn, task)
