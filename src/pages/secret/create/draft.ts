import type { NewSecret, SecretValue } from '#api/secrets.ts'
import type { Visibility } from '#api/types.ts'

/** What a user may want to create. Concord has three types: the last two are DATA. */
export const KINDS = ['new-key-pair', 'key-pair', 'username-password', 'value', 'file'] as const
export type Kind = (typeof KINDS)[number]

export type Protection = 'server-key' | 'generated-password' | 'own-password'

/** The text of a textarea, or instead of it a file. */
export type Content = {
  text: string
  /** A textarea has LF only; what was pasted may have had CRLF. */
  lineEnds: 'LF' | 'CRLF'
  file?: ChosenFile | undefined
}

export type ChosenFile = {
  name: string
  /** Read when it was chosen, so that what was checked is what is sent, even if the file changes meanwhile. */
  blob: Blob
  /** The same, to look at, never to send; nothing of a file that is too large. */
  bytes: Uint8Array
  /** The same, decoded. */
  text: string
}

/** Everything that is entered. The values of a kind stay in memory while another one is chosen, until the page is left. */
export type Draft = {
  kind: Kind | undefined
  /** As it was typed: it may be no name yet. */
  name: string
  publicKey: Content
  privateKey: Content
  username: string
  password: string
  value: Content
  file: Content
  protection: Protection
  storePassword: string
  visibility: Visibility
  projects: { id: string; name: string }[]
}

const nothing: Content = { text: '', lineEnds: 'LF' }

export const emptyDraft = (name = ''): Draft => ({
  kind: undefined,
  name,
  publicKey: nothing,
  privateKey: nothing,
  username: '',
  password: '',
  value: nothing,
  file: nothing,
  protection: 'server-key',
  storePassword: '',
  visibility: 'PRIVATE',
  projects: [],
})

/** The part that is no secret: it survives a reload, and the next secret starts with its scope. */
export type Scope = Pick<Draft, 'protection' | 'visibility' | 'projects'>

export const scopeOf = ({ protection, visibility, projects }: Draft): Scope => ({ protection, visibility, projects })

/** Whether there is anything that only this page has: the rest comes back after a reload. */
export function hasValues(draft: Draft): boolean {
  const contents = [draft.publicKey, draft.privateKey, draft.value, draft.file]
  return (
    contents.some((content) => !isEmpty(content)) || [draft.username, draft.password, draft.storePassword].some(Boolean)
  )
}

export const isEmpty = ({ text, file }: Content) => !file && text === ''

/** The text that warnings are derived from. */
export const readable = ({ text, file }: Content) => file?.text ?? text

/** The text with the line ends that were asked for. A textarea's own value never has a CR. */
const exactText = ({ text, lineEnds }: Content) => (lineEnds === 'CRLF' ? text.replaceAll('\n', '\r\n') : text)

/** The same content, typed or in its file, with another text. */
export const withText = (content: Content, text: string): Content => {
  const { file } = content
  if (!file) return { ...content, text }
  return { ...content, file: { ...file, blob: new Blob([text]), bytes: new TextEncoder().encode(text), text } }
}

/** What is sent, to look at. */
export const contentOf = (content: Content): string | Uint8Array => content.file?.bytes ?? exactText(content)

/** The bytes that are sent: a file's as they are, text as UTF-8. */
export const blobOf = (content: Content): Blob => content.file?.blob ?? new Blob([exactText(content)])

export const sizeOf = (content: Content): number =>
  content.file?.blob.size ?? new TextEncoder().encode(exactText(content)).length

/** The draft as Concord's multipart fields (concord-api §9.5). */
export function newSecretOf(draft: Draft): NewSecret {
  return {
    ...partsOf(draft),
    name: draft.name,
    visibility: draft.visibility,
    ...(draft.projects.length && { projectIds: draft.projects.map(({ id }) => id) }),
    ...(draft.protection === 'own-password' && { storePassword: draft.storePassword }),
    ...(draft.protection === 'generated-password' && { generatePassword: true }),
  }
}

function partsOf(draft: Draft): SecretValue {
  switch (draft.kind) {
    case 'key-pair':
      return { type: 'KEY_PAIR', public: blobOf(draft.publicKey), private: blobOf(draft.privateKey) }
    case 'username-password':
      return { type: 'USERNAME_PASSWORD', username: draft.username, password: draft.password }
    case 'value':
      return { type: 'DATA', data: blobOf(draft.value) }
    case 'file':
      return { type: 'DATA', data: blobOf(draft.file) }
    default:
      return { type: 'KEY_PAIR' }
  }
}
