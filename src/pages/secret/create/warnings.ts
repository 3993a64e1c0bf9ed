import { type Content, type Draft, isEmpty, readable, sizeOf, withText } from './draft.ts'
import { privateKeyFacts } from './keys.ts'
import { type FieldName, trimmed } from './rules.ts'

/** Something that will work, but perhaps not as intended. It never blocks. */
export type Warning = {
  field: FieldName | 'protection' | 'visibility'
  words: string
  /** A button that mends it, for those who did not mean it. */
  fix?: { label: string; change: Partial<Draft> } | undefined
}

/** Larger parts of a key pair can be stored, but `…/public` cannot read them (concord-api §9.5). */
const MAX_KEY_BYTES = 8192

export function warningsOf(draft: Draft): Warning[] {
  return [...valueWarnings(draft), ...protectionWarnings(draft)]
}

function valueWarnings(draft: Draft): Warning[] {
  const at = (field: FieldName, words: string[]): Warning[] => words.map((each) => ({ field, words: each }))
  switch (draft.kind) {
    case 'key-pair':
      return [
        ...at('publicKey', publicKeyWarnings(draft.publicKey)),
        ...at('privateKey', privateKeyWarnings(draft.privateKey)),
      ]
    case 'username-password':
      return [...at('username', outerBlanks(draft.username)), ...at('password', outerBlanks(draft.password))]
    case 'value':
      return dataWarnings(draft.value)
    case 'file':
      return at('file', isEmptyFile(draft.file) ? ['The file is empty.'] : [])
    default:
      return []
  }
}

const outerBlanks = (text: string) =>
  trimmed(text) !== text ? ['The server removes whitespace at the beginning and the end.'] : []

const isEmptyFile = ({ file }: Content) => file?.blob.size === 0

/** The same for a text that was typed and for one in a file: people take the one for the other. */
function dataWarnings(content: Content): Warning[] {
  const text = readable(content)
  const warning = (words: string, fix?: { label: string; text: string }): Warning => ({
    field: 'value',
    words,
    // Bytes that are not UTF-8 would be lost.
    fix:
      fix && fix.text !== '' && !text.includes('\ufffd')
        ? { label: fix.label, change: { value: withText(content, fix.text) } }
        : undefined,
  })
  if (isEmptyFile(content)) return [warning('The file is empty.')]
  if (text.startsWith('\ufeff'))
    return [
      warning('It begins with a byte order mark (BOM), which is kept.', { label: 'Remove it', text: text.slice(1) }),
    ]
  if (/\n$/.test(text))
    return [
      warning('It ends with a line break, which is kept.', {
        label: 'Remove it',
        text: text.replace(/[\r\n]+$/, ''),
      }),
    ]
  if (text.trim() !== text)
    return [warning('It begins or ends with whitespace, which is kept.', { label: 'Remove it', text: text.trim() })]
  return []
}

function publicKeyWarnings(content: Content): string[] {
  if (isEmpty(content)) return []
  const text = readable(content)
  if (/PRIVATE KEY/.test(text))
    return ['This looks like a private key. The public half of a pair is shown to everybody who may read the secret.']
  return tooLargeForKey(content)
}

function privateKeyWarnings(content: Content): string[] {
  if (isEmpty(content)) return []
  const { looksLikeKey, encrypted, endsOpen } = privateKeyFacts(readable(content))
  return [
    ...(encrypted
      ? ['It is protected with a passphrase. Git in Concord cannot ask for one, so it cannot use it.']
      : []),
    ...(looksLikeKey ? [] : ['This does not look like a private key: there is no “BEGIN … PRIVATE KEY” line.']),
    ...(endsOpen ? ['It has no line break at the end; OpenSSH refuses some keys without it.'] : []),
    ...tooLargeForKey(content),
  ]
}

const tooLargeForKey = (content: Content) =>
  sizeOf(content) > MAX_KEY_BYTES
    ? ['It has more than 8 KiB: unusual for a key, and Concord cannot show it later.']
    : []

function protectionWarnings({ kind, protection, storePassword, visibility, projects }: Draft): Warning[] {
  const at = (field: Warning['field'], words: string): Warning => ({ field, words })
  const warnings: Warning[] = []
  if (protection === 'own-password')
    for (const words of outerBlanks(storePassword)) warnings.push(at('storePassword', words))
  if (protection !== 'server-key' && kind !== 'value' && kind !== 'file')
    warnings.push(at('protection', 'A repository cannot use it: it has no way to give the store password.'))
  // concord-api §14, Q4 and Q3.
  if (visibility === 'PUBLIC' && protection === 'server-key' && projects.length === 0)
    warnings.push(at('visibility', 'Everybody who can sign in to this server can download the value.'))
  if (visibility === 'PUBLIC')
    warnings.push(
      at(
        'visibility',
        'Every member of the organization can change it, replace its value, or move it to another organization.',
      ),
    )
  return warnings
}
