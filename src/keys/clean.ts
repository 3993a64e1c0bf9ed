import { count } from '#ui/words.ts'
import { type KeyContent, meantText, otherEncoding } from './content.ts'

/** One thing that is wrong, and what mending it does to the text. */
export type Change = {
  /** `Its lines end with CRLF`. */
  cause: string
  /** `Removes 3 carriage returns`. */
  words: string
  /** Not worth a word while OpenSSH reads the key. */
  isQuiet?: boolean
}

export type Repair = { text: string; changes: Change[] }

type Step = { find: RegExp; put: string; cause: string; words: (number: number) => string }

const STEPS: Step[] = [
  {
    find: /^\uFEFF/g,
    put: '',
    cause: 'It begins with a byte order mark',
    words: () => 'Removes the byte order mark',
  },
  {
    find: /[\u200B-\u200F\u2060\uFEFF\u00AD\0]/g,
    put: '',
    cause: 'It has invisible characters',
    words: (number) => `Removes ${count(number, 'invisible character')}`,
  },
  {
    find: /[\u00A0\u2000-\u200A\u202F\u3000]/g,
    put: ' ',
    cause: 'It has special spaces',
    words: (number) => `Replaces ${count(number, 'special space')} by blanks`,
  },
  {
    find: /\r(?=\n)/g,
    put: '',
    cause: 'Its lines end with CRLF',
    words: (number) => `Removes ${count(number, 'carriage return')}`,
  },
  {
    find: /\r/g,
    put: '\n',
    cause: 'Its lines end with CR',
    words: (number) => `Replaces ${count(number, 'carriage return')} by line feeds`,
  },
  {
    find: /(?:\\r)?\\n/g,
    put: '\n',
    cause: 'Its line breaks are written as \\n',
    words: (number) => `Turns ${number} “\\n” into ${number === 1 ? 'a line break' : 'line breaks'}`,
  },
]

/** Mends what is wrong with single characters, in keys of every form. */
export function clean(content: KeyContent): Repair {
  const changes: Change[] = []
  if (otherEncoding(content)) changes.push({ cause: 'It is UTF-16', words: 'Turns UTF-16 into UTF-8' })
  let text = meantText(content)
  for (const { find, put, cause, words } of STEPS) {
    const times = text.match(find)?.length ?? 0
    if (times === 0) continue
    text = text.replace(find, put)
    changes.push({ cause, words: words(times) })
  }
  return { text, changes }
}
