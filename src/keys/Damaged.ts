/** Thrown by everything that reads keys. The words are for the user. */
export class Damaged extends Error {}

/** A key that is whole, but of a kind that OpenSSH does not support. */
export class Unsupported extends Damaged {}
