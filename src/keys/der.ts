import { Damaged } from './Damaged.ts'
import { hexOf, numberOf } from './wire.ts'

/* ASN.1 in DER, as far as keys need it. */

export const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, sequence: 0x30 }
/** A field that is tagged by its number, and holds another element. */
export const numbered = (number: number) => 0xa0 + number

/** How PKCS#8 and X.509 name the algorithms, as `oid()` returns it. */
export const OIDS = { rsa: '2a864886f70d010101', dsa: '2a8648ce380401', ec: '2a8648ce3d0201', ed25519: '2b6570' }

export class DerReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd() {
    return this.#at >= this.#bytes.length
  }

  /** Reads the rest without moving on here. */
  copy = () => new DerReader(this.#bytes.subarray(this.#at))
  isNext = (tag: number) => this.#bytes[this.#at] === tag

  /** The content of the next element, which must have the tag. */
  content(tag: number): Uint8Array {
    if (!this.isNext(tag)) throw new Damaged('Its content is damaged.')
    this.#at += 1
    const length = this.#length()
    if (length > this.#bytes.length - this.#at) throw new Damaged('It is cut off.')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** The first byte is the length; from 128 on, it says how many bytes have it. */
  #length(): number {
    const first = this.#bytes[this.#at++] ?? 0
    if (first < 0x80) return first
    const count = first & 0x7f
    if (count === 0 || count > 4) throw new Damaged('Its content is damaged.')
    this.#at += count
    return Number(numberOf(this.#bytes.subarray(this.#at - count, this.#at)))
  }

  within = (tag: number) => new DerReader(this.content(tag))
  sequence = () => this.within(TAG.sequence)
  integer = () => numberOf(this.content(TAG.integer))
  octets = () => this.content(TAG.octets)
  /** In hexadecimal, as it is encoded. */
  oid = () => hexOf(this.content(TAG.oid))

  /** A string of bits that fills its bytes. */
  bits(): Uint8Array {
    const content = this.content(TAG.bits)
    if (content[0] !== 0) throw new Damaged('Its content is damaged.')
    return content.subarray(1)
  }
}
