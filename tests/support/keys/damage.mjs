import { Buffer } from 'node:buffer'

/*
 * What happens to keys on their way through editors, chats, shells and clipboards. make.mjs asks ssh-keygen about each
 * form, and the tests of src/keys ask the console.
 */

const BOM = '\uFEFF'
/** @type {(text: string) => string[]} */
const linesOf = (text) => text.replace(/\n$/, '').split('\n')
/** @type {(text: string, change: (line: string, index: number, all: string[]) => string) => string} */
const eachLine = (text, change) => `${linesOf(text).map(change).join('\n')}\n`
/** @type {(text: string) => string} */
const utf16 = (text) => Buffer.from(BOM + text, 'utf16le').toString('latin1')
/** @type {(text: string) => string} */
const swapBytes = (text) => Buffer.from(text, 'latin1').swap16().toString('latin1')
/** @type {(text: string) => [first: string, body: string[], last: string]} */
const parts = (text) => {
  const lines = linesOf(text)
  return [lines[0] ?? '', lines.slice(1, -1), lines.at(-1) ?? '']
}
/** @type {(text: string, width: number) => string} */
const wrapped = (text, width) => {
  const [first, body, last] = parts(text)
  const lines = body.join('').match(new RegExp(`.{1,${width}}`, 'g')) ?? []
  return `${[first, ...lines, last].join('\n')}\n`
}
/** Changes the character in the middle of the text's base64. @type {(text: string, change: (char: string) => string) => string} */
const inTheMiddle = (text, change) => {
  const [first, body, last] = parts(text)
  const at = Math.floor(body.length / 2)
  const lines = body.map((line, i) => (i === at ? line.slice(0, 20) + change(line[20] ?? '') + line.slice(21) : line))
  return `${[first, ...lines, last].join('\n')}\n`
}
/** @type {(text: string, change: (bytes: Buffer) => Buffer) => string} */
const inTheBytes = (text, change) => {
  const [first, body, last] = parts(text)
  return wrapped(`${first}\n${change(Buffer.from(body.join(''), 'base64')).toString('base64')}\n${last}\n`, 64)
}

/** Bytes outside of ASCII stand for themselves in UTF-8, except where the damage is to the encoding. */
const ENCODINGS = new Set(['UTF-16LE', 'UTF-16BE', 'UTF-16LE with CRLF'])

/** @type {Record<string, (text: string) => string>} */
const PRIVATE = {
  untouched: (text) => text,
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'CRLF without the last': (text) => text.replaceAll('\n', '\r\n').trimEnd(),
  'CR only': (text) => text.replaceAll('\n', '\r'),
  'CRLF in the first line only': (text) => text.replace('\n', '\r\n'),
  'CRLF in the body only': (text) => eachLine(text, (line, i, all) => (i && i < all.length - 1 ? `${line}\r` : line)),
  BOM: (text) => BOM + text,
  'UTF-16LE': utf16,
  'UTF-16BE': (text) => swapBytes(utf16(text)),
  'UTF-16LE with CRLF': (text) => utf16(text.replaceAll('\n', '\r\n')),
  'one line, blanks for line breaks': (text) => `${linesOf(text).join(' ')}\n`,
  'one line, nothing for line breaks': (text) => linesOf(text).join(''),
  'base64 in one line': (text) => wrapped(text, 100_000),
  'wrapped at 40': (text) => wrapped(text, 40),
  'wrapped at 76': (text) => wrapped(text, 76),
  'escaped line breaks': (text) => linesOf(text).join('\\n'),
  'escaped CRLF': (text) => linesOf(text).join('\\r\\n'),
  'a JSON string': (text) => JSON.stringify(text),
  'quoted lines of YAML': (text) => `"${text.replaceAll('\n', '\n\n')}"`,
  'indented by blanks': (text) => eachLine(text, (line) => `    ${line}`),
  'indented by tabs': (text) => eachLine(text, (line) => `\t${line}`),
  'indented but for the first line': (text) => eachLine(text, (line, i) => (i ? `  ${line}` : line)),
  'indented body': (text) => eachLine(text, (line, i, all) => (i && i < all.length - 1 ? `  ${line}` : line)),
  'indented by no-break spaces': (text) => eachLine(text, (line) => `\u00A0${line}`),
  'quoted as mail': (text) => eachLine(text, (line) => `> ${line}`),
  'blanks at the ends of lines': (text) => eachLine(text, (line) => `${line}  `),
  'a blank at the end of the first line': (text) => text.replace('\n', ' \n'),
  'a blank at the end of the last line': (text) => text.replace(/\n$/, ' \n'),
  'no last line break': (text) => text.trimEnd(),
  'an empty line first': (text) => `\n${text}`,
  'an empty line last': (text) => `${text}\n`,
  'an empty line in the middle': (text) =>
    eachLine(text, (line, i, all) => (i === all.length >> 1 ? `${line}\n` : line)),
  'no first line': (text) => linesOf(text).slice(1).join('\n'),
  'no last line': (text) => `${linesOf(text).slice(0, -1).join('\n')}\n`,
  'no first and last line': (text) => `${linesOf(text).slice(1, -1).join('\n')}\n`,
  'a line missing': (text) =>
    linesOf(text)
      .toSpliced(linesOf(text).length >> 1, 1)
      .concat('')
      .join('\n'),
  'half of it': (text) => text.slice(0, text.length >> 1),
  'the last character missing': (text) => text.trimEnd().slice(0, -1),
  'another character': (text) => inTheMiddle(text, (char) => (char === 'A' ? 'B' : 'A')),
  'a character missing': (text) => inTheMiddle(text, () => ''),
  'an asterisk': (text) => inTheMiddle(text, () => '*'),
  'a zero-width space': (text) => inTheMiddle(text, (char) => `\u200B${char}`),
  'a zero-width space at the end': (text) => `${text.trimEnd()}\u200B\n`,
  'no padding': (text) => text.replace(/=+\n/, '\n'),
  'text before': (text) => `Here is the key:\n${text}`,
  'text after': (text) => `${text}Thanks!\n`,
  'text before, in the same line': (text) => `key: ${text}`,
  'text after, in the same line': (text) => `${text.trimEnd()} # end\n`,
  'text around': (text) => `Here is the key:\n\n${text}\nThanks!\n`,
  'in a code block': (text) => `\`\`\`\n${text}\`\`\`\n`,
  twice: (text) => text + text,
  'a public line after it': (text) => `${text}ssh-rsa AAAAB3NzaC1yc2E= someone\n`,
  'four dashes': (text) => text.replaceAll('-----', '----'),
  'long dashes': (text) => text.replaceAll('-----', '—–'),
  'lower-case label': (text) =>
    text.replace(/(BEGIN|END) (.*)-----/g, (_, word, label) => `${word} ${label.toLowerCase()}-----`),
  'another label at the end': (text) => text.replace(/END .*-----/, 'END CERTIFICATE-----'),
  'another label': (text) => text.replace(/(BEGIN|END) .*-----/g, '$1 DSA PRIVATE KEY-----'),
  'bytes after the key': (text) => inTheBytes(text, (bytes) => Buffer.concat([bytes, Buffer.from('abc')])),
  'bytes missing at the end': (text) => inTheBytes(text, (bytes) => bytes.subarray(0, -3)),
  'a zero byte at the end': (text) => `${text}\0`,
  'nothing in it': (text) => wrapped(`${parts(text)[0]}\n\n${parts(text)[2]}\n`, 64),
}

/** @type {(line: string, change: (type: string, base64: string, comment: string) => string) => string} */
const inLine = (line, change) => {
  const [type = '', base64 = '', ...comment] = line.trim().split(' ')
  return `${change(type, base64, comment.join(' '))}\n`
}
/** @type {(line: string, change: (bytes: Buffer) => Buffer) => string} */
const inBlob = (line, change) =>
  inLine(
    line,
    (type, base64, comment) => `${type} ${change(Buffer.from(base64, 'base64')).toString('base64')} ${comment}`,
  )

/** @type {Record<string, (line: string) => string>} */
const PUBLIC = {
  untouched: (line) => line,
  CRLF: (line) => line.replaceAll('\n', '\r\n'),
  'CR only': (line) => line.replaceAll('\n', '\r'),
  BOM: (line) => BOM + line,
  'UTF-16LE': utf16,
  'UTF-16BE': (line) => swapBytes(utf16(line)),
  'no line break': (line) => line.trimEnd(),
  'no comment': (line) => inLine(line, (type, base64) => `${type} ${base64}`),
  'wrapped at 70': (line) =>
    `${line
      .trim()
      .match(/.{1,70}/g)
      ?.join('\n')}\n`,
  'wrapped at 70, CRLF': (line) =>
    `${line
      .trim()
      .match(/.{1,70}/g)
      ?.join('\r\n')}\r\n`,
  'wrapped and indented': (line) =>
    `${line
      .trim()
      .match(/.{1,70}/g)
      ?.join('\n  ')}\n`,
  'line breaks for blanks': (line) => line.replace(' ', '\n').replace(' ', '\n'),
  'tabs for blanks': (line) => line.replaceAll(' ', '\t'),
  'two blanks': (line) => line.replaceAll(' ', '  '),
  indented: (line) => `  ${line}`,
  'blanks at the end': (line) => `${line.trimEnd()}   \n`,
  'empty lines around': (line) => `\n${line}\n\n`,
  'a comment line before': (line) => `# deploy key\n${line}`,
  'text before': (line) => `Here is the key:\n${line}`,
  'text after': (line) => `${line}Thanks!\n`,
  'options before': (line) => `no-pty,command="echo hi" ${line}`,
  'a JSON string': (line) => JSON.stringify(line),
  quoted: (line) => `"${line.trim()}"\n`,
  twice: (line) => line + line,
  'no type': (line) => inLine(line, (_, base64, comment) => `${base64} ${comment}`),
  'another type': (line) =>
    inLine(line, (type, base64) => `${type === 'ssh-rsa' ? 'ssh-ed25519' : 'ssh-rsa'} ${base64}`),
  'no key': (line) => inLine(line, (type) => type),
  'half of it': (line) => line.slice(0, line.length >> 1),
  'a character missing': (line) => inLine(line, (type, base64) => `${type} ${base64.slice(0, -5)}${base64.slice(-4)}`),
  'an asterisk': (line) => inLine(line, (type, base64) => `${type} ${base64.slice(0, 40)}*${base64.slice(41)}`),
  'a zero-width space': (line) =>
    inLine(line, (type, base64) => `${type} ${base64.slice(0, 40)}\u200B${base64.slice(40)}`),
  'no padding': (line) => inLine(line, (type, base64) => `${type} ${base64.replace(/=+$/, '')}`),
  'bytes after the key': (line) => inBlob(line, (bytes) => Buffer.concat([bytes, Buffer.from('abc')])),
  'bytes missing at the end': (line) => inBlob(line, (bytes) => bytes.subarray(0, -3)),
  'another byte': (line) =>
    inBlob(line, (bytes) =>
      bytes.length < 40 ? bytes : bytes.fill((bytes.at(-9) ?? 0) ^ 1, bytes.length - 9, bytes.length - 8),
    ),
  'text in its place': () => 'hello world\n',
}

/** @param {'private' | 'public'} half */
export const damagesOf = (half) => Object.keys(half === 'private' ? PRIVATE : PUBLIC)

/**
 * Returns the bytes of the damaged file.
 * @param {'private' | 'public'} half
 * @param {string} damage
 * @param {string} text
 */
export function damaged(half, damage, text) {
  const change = (half === 'private' ? PRIVATE : PUBLIC)[damage]
  if (!change) throw new Error(`no damage is called ${damage}`)
  return Buffer.from(change(text), ENCODINGS.has(damage) ? 'latin1' : 'utf8')
}
