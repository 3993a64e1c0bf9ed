import { describe, expect, test } from 'vitest'
import { ApiError, kindOfAnswer, wordsOf } from './ApiError.ts'
import { explain, explained } from './explain.ts'

const ID = '0b7e5b62-4f0e-4c5e-9d0a-6a1f3c7d2e11'
const validation = (message: string, id = '*') => JSON.stringify([{ id, message }])
const NAME_RULE = 'must match "^[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}$"'
const NEW_STORE_PASSWORD = 'The store password is too weak.'
const UNREADABLE = 'The server could not read the request.'
const JACKSON = 'ERROR: com.fasterxml.jackson.databind.exc'
const SQL = 'ERROR: org.jooq.exception.IntegrityConstraintViolationException: SQL'

/** Bodies that real servers of Concord 2.44.0 answered with, and our sentence. */
const CONCORD: [status: number, body: string, text: string][] = [
  [400, '', 'The server rejected what was sent.'],
  [400, "Error while fetching a secret 'big': Invalid key length: 8193", 'The stored key is malformed.'],
  [
    400,
    "Error while fetching a secret 'd': Invalid secret type: d, expected KEY_PAIR, got: DATA",
    'The secret is of another type.',
  ],
  [400, "Error while fetching a secret 'd': Not a password-protected secret 'd'", 'The secret has no store password.'],
  [
    400,
    "Error while fetching a secret 'd': The secret 'd' requires a password to decrypt",
    'The store password is missing or wrong.',
  ],
  [
    400,
    "Error while fetching a secret 'd': Error decrypting a secret: Given final block not properly padded. Such issues can arise if a bad key is used during decryption.. Invalid input data and/or a password.",
    'The store password is missing or wrong.',
  ],
  [400, 'Invalid password: Password must be at least seven (7) characters', NEW_STORE_PASSWORD],
  [400, 'Invalid password: Password must contain a numeric character', NEW_STORE_PASSWORD],
  [400, 'Invalid visibility value: SECRET', 'The server rejected what was sent.'],
  [400, 'List of teams is null.', 'The server rejected what was sent.'],
  [400, 'Project not found: nope', 'The project “nope” does not exist.'],
  [
    400,
    "The secret is encrypted with the server's key, the 'storePassword' cannot be changed",
    'The secret has no store password.',
  ],
  [400, "Updating the secret's data requires the original 'storePassword'", 'The store password is missing or wrong.'],
  [400, validation("'limit' must be a positive number"), 'The server rejected what was sent.'],
  [400, validation("'name' is required"), 'The name is missing.'],
  [400, validation("Invalid request parameters. Expected a UUID in 'secretId'"), 'The server rejected what was sent.'],
  [
    400,
    validation(
      'Invalid secret name: a b c. Must contain only alphanumeric characters, digits, underscore, @, dot (.) or a minus (-).',
    ),
    'The name is invalid.',
  ],
  [400, validation('Organization not found: no-such-org'), 'The organization “no-such-org” does not exist.'],
  [
    400,
    validation("Project 'foreign' does not belong to organization 'acme'"),
    'The project “foreign” is in another organization.',
  ],
  [400, validation(`Project not found: ${ID}`), 'The project does not exist.'],
  [400, validation('Secret already exists: git-key'), 'The name is taken.'],
  [400, validation('Secret store of type vault is not available!'), 'The server has no such store.'],
  [400, validation('Team not found: nope'), 'The team “nope” does not exist.'],
  [400, validation('Unsupported secret type: FILE'), 'The server rejected what was sent.'],
  [400, validation(`User not found: ${ID}`), 'The user does not exist.'],
  [400, validation(NAME_RULE, 'ImmutableSecretUpdateRequest.update.arg2.name'), 'The name is invalid.'],
  [
    400,
    validation('must not be null', 'ResourceAccessEntry.updateAccessLevel.arg2[0].level'),
    'The server rejected what was sent.',
  ],
  [400, 'data not specified', 'The data is missing.'],
  [401, '', 'You are not signed in.'],
  [
    401,
    "Can't determine the current principal (com.walmartlabs.concord.server.security.UserPrincipal)",
    'You are signed in with a key that belongs to no user.',
  ],
  [401, '{"message":"Authentication error"}', 'You are not signed in.'],
  [403, '', 'You do not have the right to do this.'],
  [403, 'Only admins can do that', 'You do not have the right to do this.'],
  [
    403,
    'Project-scoped secrets can only be accessed within a running process. Secret: d',
    'The secret is limited to processes of its projects.',
  ],
  [
    403,
    "The current user (ann) doesn't have the necessary access level (READER) to the project: web",
    'You need Reader access to the project “web”.',
  ],
  [
    403,
    "The current user (ann) doesn't belong to the specified organization: acme",
    'Only members of acme can do this.',
  ],
  [403, `User is disabled: ${ID}`, 'Your user is disabled.'],
  [404, '', 'It does not exist.'],
  [404, 'Secret not found: nope', 'The secret “nope” does not exist.'],
  [405, '', 'This server does not support it.'],
  [406, '', 'This server does not support it.'],
  [415, '', 'This server does not support it.'],
  [500, "Can't determine current user: principal not found", 'You are signed in with a key that belongs to no user.'],
  [
    500,
    `ERROR: com.fasterxml.jackson.core.io.JsonEOFException: Unexpected end-of-input within/between Object entries`,
    UNREADABLE,
  ],
  [
    500,
    `${JACKSON}.InvalidFormatException: Cannot deserialize value of type \`java.util.UUID\` from String "abc"`,
    UNREADABLE,
  ],
  [
    500,
    `${JACKSON}.MismatchedInputException: Cannot construct instance of \`com.walmartlabs.concord.server.org.ResourceAccessEntry\``,
    UNREADABLE,
  ],
  [500, 'ERROR: java.io.IOException: RESTEASY007550: Unable to get boundary for multipart', UNREADABLE],
  [
    500,
    'ERROR: java.lang.NullPointerException: Cannot invoke "com.walmartlabs.concord.server.org.ResourceAccessEntry.getTeamId()" because "e" is null',
    UNREADABLE,
  ],
  [500, 'Error parsing the request', UNREADABLE],
  [
    500,
    'ERROR: java.lang.IllegalArgumentException: File size exceeds limit of 1048576 bytes',
    'The file is too large.',
  ],
  [
    500,
    'ERROR: java.lang.IllegalArgumentException: Organization not found: no-such-org',
    'The organization “no-such-org” does not exist.',
  ],
  [
    500,
    'ERROR: java.lang.IllegalArgumentException: You must specify an organization and/or a team name.',
    'The server failed.',
  ],
  [
    500,
    'ERROR: java.lang.SecurityException: Error decrypting a secret: Given final block not properly padded.',
    'The store password is missing or wrong.',
  ],
  [
    500,
    "ERROR: org.apache.shiro.authz.AuthorizationException: Only roles with 'createOrg' permission are allowed to update organizations",
    'You do not have the right to do this.',
  ],
  [
    500,
    'ERROR: org.jooq.exception.DataException: SQL [update secrets set secret_name = ? where secrets.secret_id = cast(? as uuid)]; ERROR: value too long for type character varying(128)',
    'One of the texts is too long.',
  ],
  [
    500,
    `${SQL} [insert into secret_team_access (secret_id, team_id, access_level) values (cast(? as uuid), cast(? as uuid), ?)]`,
    'One of the teams does not exist.',
  ],
  [
    500,
    `${SQL} [update projects set project_name = ? where projects.project_id = cast(? as uuid)]`,
    'The server failed.',
  ],
  [500, 'User not found: heir', 'The user “heir” does not exist.'],
  [500, 'User not found: null', 'The user does not exist.'],
]

/** Of our own server, and of what stands between. */
const OTHERS: typeof CONCORD = [
  [0, '', 'The server is not responding.'],
  [200, '<html>Sign in at the proxy</html>', 'The response is not from Concord.'],
  [400, validation('Action forbidden: no moves on Fridays'), 'A policy forbids it.'],
  [
    400,
    validation(
      'The organization has 10000 secrets, its limit. Delete some, or have an administrator raise SECRETS_PER_ORGANIZATION.',
    ),
    'A limit is reached.',
  ],
  [409, '', 'Somebody has changed it meanwhile.'],
  [413, '<html>413 Request Entity Too Large</html>', 'It is too large for the server.'],
  [413, 'The request is larger than 4194304 bytes', 'It is too large for the server.'],
  [429, '', 'Too many requests.'],
  [502, '<html>Bad gateway</html>', 'The server is not responding.'],
  [
    503,
    "The server's database is read-only. Nothing was changed. Ask an admin of this server.",
    'The server cannot write. Nothing was changed.',
  ],
  [
    507,
    "The server's disk is full. Nothing was changed. Ask an admin of this server.",
    'The server’s disk is full. Nothing was changed.',
  ],
]

function answer(status: number, body: string) {
  const words = wordsOf(body, '')
  return new ApiError(status, kindOfAnswer(status, words), words)
}

const JAVA = /\b[a-z]\w*(\.\w+)+\.[A-Z]\w+|Exception|SQL|\barg\d/
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-/
const wordsIn = (text: string) => text.split(/[.:] /).map((sentence) => sentence.match(/[\p{L}\d’]+/gu)?.length ?? 0)

describe.each([...CONCORD, ...OTHERS])('%i %s', (status, body, text) => {
  const error = answer(status, body)
  const found = explain(error)

  test('is explained without a Java class or an id', () => {
    expect(found.text).toBe(text)
    expect(`${found.text} ${found.step}`).not.toMatch(JAVA)
    expect(`${found.text} ${found.step}`).not.toMatch(UUID)
  })

  test('names a next step that can work', () => {
    expect(found.step).toMatch(/^[A-Z].*\.$/)
    if (!found.canRetry) expect(found.step).not.toMatch(/again in|try again/i)
  })

  test('in short sentences', () => {
    for (const words of wordsIn(`${found.text} ${found.step}`)) expect(words).toBeLessThanOrEqual(16)
  })
})

test('a limit says when to try again', () => {
  expect(explained(new ApiError(429, 'rejected', '', 7))).toBe('Too many requests. Try again in 7 seconds.')
  expect(explained(new ApiError(429, 'rejected', ''))).toBe('Too many requests. Try again in 60 seconds.')
})

test('a bug is not blamed on the server, and a sentence of ours stays as it is', () => {
  expect(explain(new TypeError('x is undefined')).text).toBe('The console has a bug.')
  expect(explained(new Error('Nothing was sent.'))).toBe('Nothing was sent.')
})
