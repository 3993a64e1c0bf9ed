import { md5 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { toBase64 } from './base64.ts'
import { hexOf } from './wire.ts'

/** As `ssh-keygen -l` and Git hosts show it. */
export const sha256Of = (blob: Uint8Array) => `SHA256:${toBase64(sha256(blob)).replace(/=+$/, '')}`

/** As `ssh-keygen -l -E md5` and older Git hosts show it. */
export const md5Of = (blob: Uint8Array) => `MD5:${hexOf(md5(blob)).match(/../g)?.join(':')}`
