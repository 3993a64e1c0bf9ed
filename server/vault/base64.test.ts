import { expect, test } from 'vitest'
import { Base64Error, decodeBase64 } from './base64.ts'

// Every row is the result of java.util.Base64.getDecoder() in Java 17.
test.each([
  ['', ''],
  ['AA', '00'],
  ['AB', '00'],
  ['AB==', '00'],
  ['AAA', '0000'],
  ['ABC=', '0010'],
  ['AAAA', '000000'],
  ['AA+/', '000fbf'],
  ['AAAAAA', '00000000'],
])('%j decodes', (text, hex) => {
  expect(decodeBase64(text).toString('hex')).toBe(hex)
})

test.each([
  ['A', 'Input byte[] should at least have 2 bytes for base64 bytes'],
  ['=', 'Input byte[] should at least have 2 bytes for base64 bytes'],
  ['==', 'Input byte array has wrong 4-byte ending unit'],
  ['AB=', 'Input byte array has wrong 4-byte ending unit'],
  ['AB=C', 'Input byte array has wrong 4-byte ending unit'],
  ['AAAA=', 'Input byte array has wrong 4-byte ending unit'],
  ['AB===', 'Input byte array has incorrect ending byte at 4'],
  ['ABC==', 'Input byte array has incorrect ending byte at 4'],
  ['AA==AA==', 'Input byte array has incorrect ending byte at 4'],
  ['AA==\n', 'Input byte array has incorrect ending byte at 4'],
  ['A===', 'Last unit does not have enough valid bits'],
  ['AAAAA', 'Last unit does not have enough valid bits'],
  ['***', 'Illegal base64 character 2a'],
  ['AA-_', 'Illegal base64 character 2d'],
  ['AA AA', 'Illegal base64 character 20'],
  [' AAAA', 'Illegal base64 character 20'],
  ['AA\nAA', 'Illegal base64 character a'],
  ['AA\u00e9', 'Illegal base64 character -17'],
  ['AA\u20ac', 'Illegal base64 character 3f'],
])('rejects %j with Java’s message', (text, message) => {
  expect(() => decodeBase64(text)).toThrow(new Base64Error(message))
})
