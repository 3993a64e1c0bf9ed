import { expect } from '@playwright/test'
import { path, send, type User } from './concord.ts'
import type { Ref } from './given.ts'

type How = { storePassword?: string; as?: Pick<User, 'apiKey'> }

/** The stored value, byte for byte, as a flow gets it (`POST …/data`). */
export async function readValue({ orgName, name }: Ref, { storePassword, as }: How = {}): Promise<Buffer> {
  const response = await send(path`/api/v1/org/${orgName}/secret/${name}/data`, {
    ...(as && { as }),
    form: { storePassword },
    method: 'POST',
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(response.status, bytes.toString().slice(0, 300)).toBe(200)
  return bytes
}

/** Both keys of a stored pair, each preceded by its length. */
export async function readKeyPair(secret: Ref, how?: How) {
  const bytes = await readValue(secret, how)
  const end = 4 + bytes.readInt32BE(0)
  return { public: bytes.toString('utf8', 4, end), private: bytes.toString('utf8', end + 4) }
}

/** The username, preceded by a 16-bit length, and the password, by a 32-bit length. */
export async function readCredentials(secret: Ref, how?: How) {
  const bytes = await readValue(secret, how)
  const end = 2 + bytes.readUInt16BE(0)
  return { username: bytes.toString('utf8', 2, end), password: bytes.toString('utf8', end + 4) }
}
