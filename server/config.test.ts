import { expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

// How the program prints what is wrong: server/process/durability.test.ts.

test.each(['AAAAAAAAAAAAA', 'short', '****************'])('rejects a malformed admin key: %s', (ADMIN_API_KEY) => {
  const read = () => readConfig({ ADMIN_API_KEY })
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(/^ADMIN_API_KEY must be base64 of at least 8 bytes[^\n]*$/)
})

test.each([
  'concord.example.com',
  'ftp://concord.example.com',
  'https://u:p@concord.example.com',
  'https://x.example/y',
])('rejects CONCORD_URL=%s', (CONCORD_URL) => {
  const words = 'CONCORD_URL must be the address of a Concord server, as in https://concord.example.com'
  expect(() => readConfig({ CONCORD_URL })).toThrow(words)
})

test.each(['concord.example.com', 'javascript:alert(1)'])('rejects CONSOLE2_URL=%s', (CONSOLE2_URL) => {
  expect(() => readConfig({ CONSOLE2_URL })).toThrow(/^CONSOLE2_URL must be the address of Concord’s own console/)
  const page = 'https://concord.example.com/console2'
  expect(readConfig({ CONSOLE2_URL: page }).console2Url).toBe(page)
})
