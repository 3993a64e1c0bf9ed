import { Damaged } from './Damaged.ts'

/* The encoding of SSH (RFC 4251 §5): what its keys and certificates are made of. */

const utf8 = new TextDecoder()

export class WireReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd() {
    return this.#at === this.#bytes.length
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Damaged('It is cut off.')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  rest = () => this.take(this.#bytes.length - this.#at)
  uint32 = () => Number(numberOf(this.take(4)))
  uint64 = () => numberOf(this.take(8))
  string = () => this.take(this.uint32())
  text = () => utf8.decode(this.string())

  /** A positive number; OpenSSH has no key with another. */
  mpint(): bigint {
    const bytes = this.string()
    if ((bytes[0] ?? 0) & 0x80) throw new Damaged('One of its numbers is negative.')
    return numberOf(bytes)
  }

  end() {
    if (!this.isAtEnd) throw new Damaged('There are bytes after the end of the key.')
  }
}

export function numberOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${hexOf(bytes)}`)
}

/** The number in as many bytes as asked for, or as few as it needs. */
export function bytesOf(number: bigint, length = 0): Uint8Array {
  const hex = number.toString(16)
  const even = hex.padStart(Math.max(length * 2, hex.length + (hex.length % 2)), '0')
  return Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export const bitsOf = (number: bigint) => number.toString(2).length

/** Writes texts and bytes as strings, numbers as mpints. */
export function wire(...parts: (string | Uint8Array | bigint)[]): Uint8Array {
  return concat(parts.flatMap((part) => withLength(typeof part === 'bigint' ? mpint(part) : part)))
}

function withLength(part: string | Uint8Array): Uint8Array[] {
  const bytes = typeof part === 'string' ? new TextEncoder().encode(part) : part
  return [bytesOf(BigInt(bytes.length), 4), bytes]
}

function mpint(number: bigint): Uint8Array {
  const bytes = bytesOf(number)
  return (bytes[0] ?? 0) & 0x80 ? concat([new Uint8Array(1), bytes]) : bytes
}

export function concat(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export const isSame = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, index) => byte === b[index])
