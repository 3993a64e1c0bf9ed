import { describe, expect, it } from 'vitest'
import { lineEndsOf, readFile } from './chosenFile.ts'
import { MAX_BYTES } from './rules.ts'

describe('lineEndsOf', () => {
  it.each([
    ['one line', 'LF'],
    ['a\nb\n', 'LF'],
    ['a\r\nb', 'CRLF'],
    ['a\r\nb\n', 'mixed'],
    ['a\rb', 'mixed'],
    ['a\r\r\n', 'mixed'],
  ])('%j', (pasted, expected) => {
    expect(lineEndsOf(pasted)).toBe(expected)
  })
})

describe('readFile', () => {
  it('keeps every byte', async () => {
    const bytes = new Uint8Array([0, 239, 187, 191, 255, 13, 10, 13])
    const { name, blob, text } = await readFile(new File([bytes], 'key.bin'))
    expect(name).toBe('key.bin')
    expect(text).toContain('\ufeff')
    expect(new Uint8Array(await blob.arrayBuffer())).toEqual(bytes)
  })

  it('does not read what is too large', async () => {
    const file = new File([new Uint8Array(MAX_BYTES + 1)], 'large')
    const { blob, text } = await readFile(file)
    expect(blob).toBe(file)
    expect(text).toBe('')
  })
})
