import { createHash, scrypt } from 'node:crypto'

/** The cost of one derivation: 128 · r · 2^log2N bytes of memory, p times. Stored next to the value it protects. */
export interface ScryptCost {
  log2N: number
  r: number
  p: number
}

/**
 * Derives `length` bytes from a password in the thread pool, using 64 MiB at the usual cost, so requests must go
 * through a limiter.
 *
 * The input of scrypt is the SHA-256 of the password's UTF-8 bytes. Scrypt uses its input as an HMAC key, which is
 * padded with zero bytes, so by itself it can't distinguish a password from the same one followed by a NUL.
 */
export function scryptKey(password: string, salt: Buffer, cost: ScryptCost, length = 32): Promise<Buffer> {
  const N = 2 ** cost.log2N
  const input = createHash('sha256').update(password).digest()
  // The same sum as in OpenSSL: the table of N entries, two more, and one for each lane.
  const maxmem = 128 * cost.r * (N + cost.p + 2)
  return new Promise((resolve, reject) => {
    scrypt(input, salt, length, { N, r: cost.r, p: cost.p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

/** Whether a cost read from a row is reasonable; a damaged row must not make the server allocate gigabytes. */
export function isAffordable({ log2N, r, p }: ScryptCost): boolean {
  return log2N >= 1 && log2N <= 18 && r >= 1 && r <= 16 && p >= 1 && p <= 16
}
