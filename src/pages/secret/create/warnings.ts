import type { InspectedPair } from '#keys/inspectPair.ts'
import { type Content, type Draft, emptyDraft, readable, sizeOf, withText } from './draft.ts'
import { keyWarnings } from './keyWarnings.ts'
import { type FieldName, trimmed } from './rules.ts'
import type { Warning } from './Warning.ts'

/** Larger parts of a key pair can be stored, but `…/public` cannot read them (concord-api §9.5). */
const MAX_KEY_BYTES = 8192

export function warningsOf(draft: Draft, inspected: InspectedPair = {}): Warning[] {
  return [...valueWarnings(draft, inspected), ...protectionWarnings(draft)]
}

function valueWarnings(draft: Draft, inspected: InspectedPair): Warning[] {
  const at = (field: FieldName, words: string[]): Warning[] => words.map((each) => ({ field, words: each }))
  switch (draft.kind) {
    case 'key-pair':
      return [
        ...keyWarnings(draft, inspected),
        ...at('publicKey', tooLargeForKey(draft.publicKey)),
        ...at('privateKey', tooLargeForKey(draft.privateKey)),
      ]
    case 'username-password':
      return [...at('username', outerBlanks(draft.username)), ...at('password', outerBlanks(draft.password))]
    case 'value':
      return [...privateKeyHint(draft.value), ...dataWarnings(draft.value)]
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

/** A certificate's key is a value like any other; that of a repository has to be a key pair. */
function privateKeyHint(content: Content): Warning[] {
  if (!/-----BEGIN (?:OPENSSH |RSA |EC |)PRIVATE KEY-----/.test(readable(content))) return []
  return [
    {
      field: 'value',
      words: 'This is a private key. A repository needs a key pair.',
      isHint: true,
      fix: {
        label: 'Make it a key pair',
        change: { kind: 'key-pair', privateKey: content, value: emptyDraft().value },
      },
    },
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
