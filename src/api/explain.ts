import {
  type ApiError,
  DISK_FULL,
  isApiError,
  missingMembership,
  missingRight,
  rejectsUser,
  TOO_MANY,
} from './ApiError.ts'
import { NAME_MEANING } from './secrets.ts'

/** What an error means and what to do about it, each a sentence or two of ours. The server's own words go below. */
export type Explanation = {
  text: string
  step: string
  /** The same request may succeed a moment later. */
  canRetry: boolean
}

export function explain(error: Error): Explanation {
  if (!isApiError(error)) return explainOwn(error)
  const found = ofWords(error.words) ?? ofRight(error)
  return found ? { ...found, canRetry: false } : ofStatus(error)
}

/** In one line, for a status message or below a field. */
export function explained(error: Error): string {
  const { text, step } = explain(error)
  return `${text} ${step}`.trim()
}

/** What the server itself said, if it said any. */
export const wordsOfServer = (error: Error) => (isApiError(error) ? error.words : '')

/** Errors that the browser throws are bugs of the console; others were written here, with their way out. */
function explainOwn({ name, message }: Error): Explanation {
  return name === 'Error'
    ? { text: message, step: '', canRetry: false }
    : { text: 'The console has a bug.', step: `Reload the page. Report this: ${message}`, canRetry: true }
}

type Found = Pick<Explanation, 'text' | 'step'>
type Rule = { words: RegExp; text: string | ((...names: (string | undefined)[]) => string); step: string }

/** Real answers of Concord and of our server; explain.test.ts has them. */
const RULES: Rule[] = [
  {
    words: /\b(Organization|Project|Team|User|Secret|Repository) not found: (.+)/,
    text: (entity = '', name = '') => `The ${entity.toLowerCase()}${isId(name) ? '' : ` “${name}”`} does not exist.`,
    step: 'It may have been renamed or deleted. Choose another one.',
  },
  {
    words: /Project '(.+)' does not belong/,
    text: (name) => `The project “${name}” is in another organization.`,
    step: 'Take it out of the choice.',
  },
  { words: /secret_team_access/, text: 'One of the teams does not exist.', step: 'Read the access again.' },
  { words: /already exists/, text: 'The name is taken.', step: 'Choose another name.' },
  {
    words: /must match "\^\[0-9a-zA-Z\]|^Invalid secret name/,
    text: 'The name is invalid.',
    step: `Use ${NAME_MEANING}`,
  },
  {
    words: /^Invalid password:/,
    text: 'The store password is too weak.',
    step: 'Use at least 7 characters: upper case, lower case, digits.',
  },
  {
    words: /decrypting a secret|requires a password to decrypt|requires the original 'storePassword'/,
    text: 'The store password is missing or wrong.',
    step: 'Ask the owner of the secret for it.',
  },
  {
    words: /'storePassword' cannot be changed|Not a password-protected secret/,
    text: 'The secret has no store password.',
    step: 'Leave the store password empty.',
  },
  { words: /Invalid secret type/, text: 'The secret is of another type.', step: 'Reload the page.' },
  {
    words: /Invalid key length/,
    text: 'The stored key is malformed.',
    step: 'Create the secret again with a valid key.',
  },
  { words: /File size exceeds limit/, text: 'The file is too large.', step: 'Use at most 1 MiB.' },
  { words: /value too long/, text: 'One of the texts is too long.', step: 'Shorten it.' },
  { words: /Secret store of type/, text: 'The server has no such store.', step: 'Ask an administrator.' },
  {
    words: /^Project-scoped secrets/,
    text: 'The secret is limited to processes of its projects.',
    step: 'Read it in a process, or remove the limit.',
  },
  { words: /^Action forbidden/, text: 'A policy forbids it.', step: 'Ask an administrator to change the policy.' },
  {
    words: /have an administrator raise [A-Z_]+/,
    text: 'A limit is reached.',
    step: 'Delete some, or ask an administrator to raise it.',
  },
  {
    words: /determine (the )?current (user|principal)/,
    text: 'You are signed in with a key that belongs to no user.',
    step: 'Sign out, and sign in as a user.',
  },
  {
    words: /com\.fasterxml|RESTEASY|NullPointerException|^Error parsing the request/,
    text: 'The server could not read the request.',
    step: 'Reload the page. If it fails again, ask an administrator.',
  },
  {
    words: /^(\w+) not specified$|^'(\w+)' is required$/,
    text: (field, required) => `The ${field ?? required} is missing.`,
    step: 'Enter it, and send it again.',
  },
  {
    words: /AuthorizationException|^Only admins/,
    text: 'You do not have the right to do this.',
    step: 'Ask an administrator.',
  },
]

const isId = (name: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name) || name === 'null'

function ofWords(words: string): Found | undefined {
  for (const rule of RULES) {
    const match = rule.words.exec(words)
    if (match)
      return { text: typeof rule.text === 'string' ? rule.text : rule.text(...match.slice(1)), step: rule.step }
  }
  return undefined
}

function ofRight(error: ApiError): Found | undefined {
  if (rejectsUser(error)) return { text: 'Your user is disabled.', step: 'Ask an administrator to enable it.' }
  if (error.kind !== 'forbidden') return undefined
  const orgName = missingMembership(error.words)
  if (orgName) return { text: `Only members of ${orgName} can do this.`, step: 'Ask its owner to add you to a team.' }
  const right = missingRight(error.words)
  if (right)
    return {
      text: `You need ${right.level} access to the ${right.entity} “${right.name}”.`,
      step: 'Ask its owner for it.',
    }
  return { text: 'You do not have the right to do this.', step: 'Ask an administrator.' }
}

function ofStatus({ status, kind, words, retryAfter }: ApiError): Explanation {
  const wait = (text: string, step: string) => ({ text, step, canRetry: true })
  const stop = (text: string, step: string) => ({ text, step, canRetry: false })
  if (status === TOO_MANY) return wait('Too many requests.', `Try again in ${retryAfter ?? 60} seconds.`)
  if (status === DISK_FULL)
    return wait('The server’s disk is full. Nothing was changed.', 'Ask an administrator to free space.')
  if (status === 413) return stop('It is too large for the server.', 'Send less: a value has at most 1 MiB.')
  if (status === 409) return wait('Somebody has changed it meanwhile.', 'Reload the page, and look at it again.')
  if ([405, 406, 415].includes(status))
    return stop('This server does not support it.', 'Ask an administrator to update the server.')
  switch (kind) {
    case 'unreachable':
      return wait('The server is not responding.', 'Try again when it is back.')
    case 'unauthorized':
      return stop('You are not signed in.', 'Sign in again.')
    case 'notFound':
      return stop('It does not exist.', 'It may have been renamed, moved or deleted. Look for it in the list.')
    case 'rejected':
      return stop('The server rejected what was sent.', 'Check what you entered. If it is right, ask an administrator.')
    default:
      if (words.includes('Nothing was changed.'))
        return wait('The server cannot write. Nothing was changed.', 'Ask an administrator.')
      return status >= 400
        ? wait('The server failed.', 'Try again in a minute. If it fails again, ask an administrator.')
        : wait('The response is not from Concord.', 'Reload the page: a proxy may want you to sign in.')
  }
}
