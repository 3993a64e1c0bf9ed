import { createHash, createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { generateApiKey, hashApiKey, hashSessionId, newSessionId, openToken, sealToken } from './tokens.ts'

describe('API keys', () => {
  test('are 22 characters of base64 for 16 bytes, and all differ', () => {
    const keys = Array.from({ length: 200 }, generateApiKey)
    for (const key of keys) {
      expect(key).toMatch(/^[0-9A-Za-z+/]{22}$/)
      expect(Buffer.from(key, 'base64').length).toBe(16)
    }
    expect(new Set(keys).size).toBe(200)
  })

  test('are stored as the unpadded SHA-256 of their bytes', () => {
    const expected = createHash('sha256').update('unknown key 1234').digest('base64').slice(0, 43)
    expect(hashApiKey(Buffer.from('unknown key 1234').toString('base64'))).toBe(expected)
  })

  test('are the same key with and without padding', () => {
    const key = generateApiKey()
    expect(hashApiKey(`${key}==`)).toBe(hashApiKey(key))
    expect(hashApiKey(key)).toMatch(/^[0-9A-Za-z+/]{43}$/)
  })

  // Header spellings of the recorded cases `auth/key/*` that must not be accepted as a key.
  test.each(['', '***', 'Bearer AAAA', 'bearer AAAA', 'Token AAAA', ' AAAA ', 'AAAA\n', 'AA=', 'AA===', 'AA-_', 'A'])(
    '%j is not a key',
    (text) => {
      expect(hashApiKey(text)).toBeUndefined()
    },
  )
})

describe('session ids', () => {
  test('are 43 characters of base64url, all differ, and are stored as another value', () => {
    const ids = Array.from({ length: 200 }, newSessionId)
    for (const id of ids) {
      expect(id).toMatch(/^[\w-]{43}$/)
      expect(hashSessionId(id)).toMatch(/^[\w-]{43}$/)
      expect(hashSessionId(id)).not.toBe(id)
    }
    expect(new Set(ids).size).toBe(200)
    expect(new Set(ids.map(hashSessionId)).size).toBe(200)
  })

  test('have one hash each', () => {
    expect(hashSessionId('nosuchsession')).toBe(hashSessionId('nosuchsession'))
    expect(hashSessionId('')).not.toBe(hashSessionId('nosuchsession'))
  })
})

describe('sealed tokens', () => {
  const masterKey = createSecretKey(randomBytes(32))
  const payload = { userId: 'a', realm: 'apikey', name: 'ä\u{1f600}', until: 1 }
  const token = sealToken(masterKey, payload, 'rememberMe')

  test('return the payload', () => {
    expect(openToken(masterKey, token, 'rememberMe')).toEqual(payload)
    expect(openToken(createSecretKey(masterKey.export()), token, 'rememberMe')).toEqual(payload)
  })

  test('fit into a cookie, reveal nothing and differ each time', () => {
    expect(token).toMatch(/^[\w-]+$/)
    expect(Buffer.from(token, 'base64url').includes('apikey')).toBe(false)
    expect(sealToken(masterKey, payload, 'rememberMe')).not.toBe(token)
  })

  test('open only for their own purpose and master key', () => {
    expect(openToken(masterKey, token, 'other')).toBeUndefined()
    expect(openToken(createSecretKey(randomBytes(32)), token, 'rememberMe')).toBeUndefined()
  })

  test('are invalid if changed or truncated', () => {
    const bytes = Buffer.from(token, 'base64url')
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i)
      expect(openToken(masterKey, changed.toString('base64url'), 'rememberMe')).toBeUndefined()
      expect(openToken(masterKey, bytes.subarray(0, i).toString('base64url'), 'rememberMe')).toBeUndefined()
    }
  })

  test.each(['', 'AAAA', 'AQ', 'deleteMe', '***', 'ü', `${'A'.repeat(4000)}`])('%j is not a token', (text) => {
    expect(openToken(masterKey, text, 'rememberMe')).toBeUndefined()
  })
})
