/** The store password does not open the secret. Concord's texts for it differ by endpoint: concord-api §9.6 and §9.9. */
export class WrongPasswordError extends Error {
  override name = 'WrongPasswordError'

  constructor() {
    super('Wrong store password')
  }
}

/** A stored value was changed, truncated, swapped with another row's, or belongs to another master key. */
export class DamagedValueError extends Error {
  override name = 'DamagedValueError'
}
