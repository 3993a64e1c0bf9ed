import { describe, expect, test } from 'vitest'
import { onlyOnOurs } from './differences.ts'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectIdResult,
  expectJson,
  expectNoOrg,
  expectNotInOrg,
  expectText,
  expectUnauthorized,
  expectValidationError,
  expectViolations,
  jsonOf,
} from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import { type Form, utf8 } from './lib/multipart.ts'
import {
  KEY_PAIR,
  LOGIN,
  newWorld,
  PUBLIC_KEY,
  STORE_PASSWORD,
  secretNamed,
  TIMESTAMP,
  UNKNOWN_ID,
} from './lib/world.ts'
import { linkedProjectModes, nameViolation, secretsNameOneProject, tooLongNamesAreRefused } from './versions.ts'

// concord-api §9.1, §9.5.

const NAME_RULE =
  'Must contain only alphanumeric characters, digits, underscore, @, dot (.) or a minus (-). Must start with an alphanumeric character or a digit. Must be between 2 and 128 characters in length.'
const MIB = 1024 * 1024
const world = newWorld('create')
const member = await world.user('member')
const outsider = await world.user('outsider')
const org = await world.org('org')
const other = await world.org('other')
await world.team(org, 'team', { MEMBER: [member] })
const one = await world.project(org, 'one')
const two = await world.project(org, 'two')
const foreign = await world.project(other, 'foreign')

const DATA = { type: 'DATA', data: Buffer.from('value') }
let count = 0
const fresh = () => `new-${++count}`
const post = (form: Form, as: Caller = member, o = org) => as.post(`${o.v1}/secret`, { form })
const entry = async (name: string) => jsonOf(await admin.get(secretNamed(org, name).v2))
const dataOf = async (name: string, form: Form = {}) =>
  (await admin.post(`${secretNamed(org, name).v1}/data`, { form })).bytes

/** Creates a DATA secret with these fields and returns its entry. */
async function created(form: Form = {}) {
  const name = fresh()
  expectIdResult(await post({ name, ...DATA, ...form }), 'CREATED')
  return entry(name)
}
const projectsOf = async (form: Form) =>
  (await created(form)).projects.map(({ name }: { name: string }) => name).toSorted()

/** The size of an RSA key in OpenSSH format: three fields, each preceded by its length; the last is the modulus. */
function modulusBits(publicKey: string): number {
  const bytes = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
  let at = 0
  for (let field = 0; field < 2; field++) at += 4 + bytes.readUInt32BE(at)
  const modulus = bytes.subarray(at + 4)
  // A leading zero keeps the number positive.
  return (modulus.length - 1) * 8
}

describe('creates', () => {
  test('a PUBLIC secret of the caller, encrypted with the server’s key', async () => {
    const { createdAt, ...secret } = await created()
    expect(createdAt).toMatch(TIMESTAMP)
    expect(secret).toEqual({
      ...{ id: expect.any(String), name: `new-${count}`, orgId: org.id, orgName: org.name },
      ...{ type: 'DATA', storeType: 'concord', encryptedBy: 'SERVER_KEY', visibility: 'PUBLIC', projects: [] },
      owner: { id: member.id, username: member.name, displayName: 'The member', userType: 'LOCAL' },
    })
  })

  test('a secret without team access', async () => {
    const { name } = await created({ visibility: 'PRIVATE' })
    expectJson(await admin.get(`${secretNamed(org, name).v1}/access`), [])
  })

  test.each(['PUBLIC', 'PRIVATE'])('a %s one on request', async (visibility) => {
    expect((await created({ visibility })).visibility).toBe(visibility)
  })

  test('a PUBLIC one if the visibility is blank', async () =>
    expect((await created({ visibility: ' ' })).visibility).toBe('PUBLIC'))
})

describe('types', () => {
  test.each([
    ['any byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['whitespace and line breaks around it', Buffer.from('  \t one\ntwo\r\nthree \n ')],
    ['what looks like the end of a part', Buffer.from('\r\n--boundary--\r\n')],
  ])('DATA keeps %s', async (_, data) => {
    const { name } = await created({ data })
    expect(await dataOf(name)).toEqual(data)
  })

  test('DATA may be empty', async () =>
    expect(await dataOf((await created({ data: Buffer.alloc(0) })).name)).toHaveLength(0))
  test('DATA may be sent as a text field', async () => {
    expect((await dataOf((await created({ data: 'some text' })).name)).toString()).toBe('some text')
  })
  test('DATA may have 1 MiB', async () =>
    expect(await dataOf((await created({ data: Buffer.alloc(MIB, 1) })).name)).toHaveLength(MIB))
  test('DATA over 1 MiB is a 500', async () => {
    const answer = await post({ name: fresh(), type: 'DATA', data: Buffer.alloc(MIB + 1) })
    expectText(answer, 500, 'ERROR: java.lang.IllegalArgumentException: File size exceeds limit of 1048576 bytes')
  })
  onlyOnOurs('bodyLimit')('a body over 2 MiB is a 413', async () => {
    expect((await post({ name: fresh(), type: 'DATA', data: Buffer.alloc(2 * MIB + 1) })).status).toBe(413)
  })

  test('USERNAME_PASSWORD needs both', async () => {
    const name = fresh()
    expectIdResult(await post({ name, ...LOGIN }), 'CREATED')
    expect((await entry(name)).type).toBe('USERNAME_PASSWORD')
  })

  test('USERNAME_PASSWORD trims both', async () => {
    const [name, bare] = [fresh(), fresh()]
    await post({ name, type: 'USERNAME_PASSWORD', username: '  joe ', password: ' pass word  ' })
    await post({ name: bare, type: 'USERNAME_PASSWORD', username: 'joe', password: 'pass word' })
    expect(await dataOf(name)).toEqual(await dataOf(bare))
  })

  test('KEY_PAIR accepts an existing pair and returns the public key', async () => {
    const publicKey = `${PUBLIC_KEY}\n`
    const answer = await post({ name: fresh(), ...KEY_PAIR, public: Buffer.from(publicKey) })
    expectJson(answer, { ok: true, id: expect.any(String), result: 'CREATED', publicKey })
  })

  test('KEY_PAIR is generated without a public key, and a lone private one is ignored', async () => {
    const name = fresh()
    const { publicKey } = jsonOf(await post({ name, type: 'KEY_PAIR', private: Buffer.from('mine') }))
    expect(publicKey).toMatch(/^ssh-rsa [0-9A-Za-z+/]+=* concord-server\n?$/)
    expect(modulusBits(publicKey)).toBe(4096)
    expect((await dataOf(name)).includes(publicKey)).toBe(true)
  })

  test('the type ignores case', async () => expect((await created({ type: 'dAtA' })).type).toBe('DATA'))
})

describe('store passwords', () => {
  test('encrypt the secret and are echoed', async () => {
    const name = fresh()
    const answer = await post({ name, ...DATA, storePassword: STORE_PASSWORD })
    expectJson(answer, { ok: true, id: expect.any(String), result: 'CREATED', password: STORE_PASSWORD })
    expect((await entry(name)).encryptedBy).toBe('PASSWORD')
  })

  test('are generated on demand: twelve characters, the first three one upper, one lower, one digit', async () => {
    const name = fresh()
    const { password } = jsonOf(await post({ name, ...DATA, generatePassword: 'TRUE' }))
    expect(password).toMatch(/^[0-9A-Za-z~`!@#$%^&*()\-_=+[{\]}|,<.>/?\\]{12}$/)
    expect(
      [...password.slice(0, 3)]
        .map((c) => (/[A-Z]/.test(c) ? 'upper' : /[a-z]/.test(c) ? 'lower' : 'digit'))
        .toSorted(),
    ).toEqual([...['digit', 'lower', 'upper']])
    expect((await dataOf(name, { storePassword: password })).toString()).toBe('value')
  })

  test('given ones take precedence over generated ones', async () => {
    const answer = await post({ name: fresh(), ...DATA, storePassword: STORE_PASSWORD, generatePassword: 'true' })
    expect(jsonOf(answer).password).toBe(STORE_PASSWORD)
  })

  test.each(['false', 'yes', '1'])('are not generated for generatePassword=%s', async (generatePassword) => {
    expect((await created({ generatePassword })).encryptedBy).toBe('SERVER_KEY')
  })

  test('that are blank count as absent', async () =>
    expect((await created({ storePassword: '  ' })).encryptedBy).toBe('SERVER_KEY'))

  test.each([
    ['Aa1Bb2', 'Password must be at least seven (7) characters'],
    [' Aa1Bb2  ', 'Password must be at least seven (7) characters'],
    ['aa1bb2cc3', 'Password must contain an UPPER character'],
    ['AA1BB2CC3', 'Password must contain a lowercase character'],
    ['AaBbCcDdE', 'Password must contain a numeric character'],
    ['Aa1Bb2mem', 'Passwords may NOT contain three (3) consecutive characters from your user account name'],
  ])('"%s" is rejected: %s', async (storePassword, rule) => {
    expectText(await post({ name: fresh(), ...DATA, storePassword }), 400, `Invalid password: ${rule}`)
  })

  test('may contain the user name in upper case', async () => {
    expect(jsonOf(await post({ name: fresh(), ...DATA, storePassword: 'Aa1Bb2MEM' })).password).toBe('Aa1Bb2MEM')
  })
})

describe('projects', () => {
  const ids = `${one.id},${two.id}`

  test('are linked by ids', async () => expect(await projectsOf({ projectIds: ids })).toEqual(['one', 'two']))
  test('are linked by ids with spaces between them', async () => {
    expect(await projectsOf({ projectIds: ` ${one.id} , ${two.id} ` })).toEqual(['one', 'two'])
  })
  test('are linked by names', async () => expect(await projectsOf({ projects: 'one, two' })).toEqual(['one', 'two']))
  test('are linked by one id', async () => expect(await projectsOf({ projectId: one.id })).toEqual(['one']))
  test('are linked by one name', async () => expect(await projectsOf({ project: 'two' })).toEqual(['two']))
  test('ids take precedence over names', async () =>
    expect(await projectsOf({ projectIds: one.id, projects: 'two' })).toEqual(['one']))
  test('a single id takes precedence over a single name', async () =>
    expect(await projectsOf({ projectId: one.id, project: 'two' })).toEqual(['one']))
  test('an empty list links none', async () => expect(await projectsOf({ projectIds: '' })).toEqual([]))

  test('are listed with constant modes', async () => {
    expect((await created({ projectIds: one.id })).projects).toEqual([
      { id: one.id, name: 'one', ...linkedProjectModes },
    ])
  })

  test.runIf(secretsNameOneProject)('one of them is also the secret’s own projectId and projectName', async () => {
    expect(await created({ projectIds: one.id })).toMatchObject({ projectId: one.id, projectName: 'one' })
  })

  test('may belong to another organization, by id', async () =>
    expect(await projectsOf({ projectIds: foreign.id })).toEqual(['foreign']))

  test.each(['projectIds', 'projectId'])('a bad UUID in %s is a 500', async (field) => {
    expectText(await post({ name: fresh(), ...DATA, [field]: 'abc' }), 500, 'Error parsing the request')
  })
  test.each(['projects', 'project'])('an unknown name in %s is a validation error', async (field) => {
    expectValidationError(await post({ name: fresh(), ...DATA, [field]: 'nope' }), 'Project not found: nope')
  })
  test('an unknown id is a 500, and nothing is created', async () => {
    const name = fresh()
    expectFailure(await post({ name, ...DATA, projectIds: UNKNOWN_ID }), 'org.jooq.exception.')
    expectEmpty(await admin.get(secretNamed(org, name).v2), 404)
  })
})

describe('fields', () => {
  test('of text ignore case', async () => {
    const name = fresh()
    expectIdResult(await post({ NAME: name, TYPE: 'DATA', VISIBILITY: 'PRIVATE', data: Buffer.from('x') }), 'CREATED')
    expect((await entry(name)).visibility).toBe('PRIVATE')
  })
  test('of files are case-sensitive', async () => {
    expectText(await post({ name: fresh(), type: 'DATA', DATA: Buffer.from('x') }), 400, 'data not specified')
  })
  test('of text are trimmed', async () => {
    const name = fresh()
    expectIdResult(await post({ name: `  ${name}  `, ...DATA }), 'CREATED')
    expect((await entry(name)).name).toBe(name)
  })
  test('the first of two counts', async () => {
    const name = fresh()
    expectIdResult(
      await post([
        ['name', name],
        ['name', fresh()],
        ['type', 'DATA'],
        ['data', Buffer.from('x')],
      ]),
      'CREATED',
    )
    expect((await entry(name)).name).toBe(name)
  })
  test('the first of two counts even if it is blank', async () => {
    expectText(
      await post([
        ['name', ' '],
        ['name', fresh()],
        ['type', 'DATA'],
        ['data', 'x'],
      ]),
      400,
      'name not specified',
    )
  })
  test('that are unknown are ignored', async () => expect(await created({ nonsense: '1' })).toBeDefined())
  test('need quotes around their names', async () => {
    const name = { value: fresh(), disposition: 'Content-Disposition: form-data; name=name' }
    expectText(await post({ name, ...DATA }), 400, 'name not specified')
  })
  test('the store type ignores case', async () =>
    expect((await created({ storeType: 'CONCORD' })).storeType).toBe('concord'))
})

describe('characters', () => {
  test('outside ASCII are lost in text fields', async () => {
    const name = fresh()
    await post({ name, type: 'USERNAME_PASSWORD', username: 'jürgen', password: 'x' })
    expect((await dataOf(name)).toString('utf8')).toContain('j\ufffd\ufffdrgen')
  })
  test('survive in parts declared as UTF-8', async () => {
    const name = fresh()
    await post({ name, type: 'USERNAME_PASSWORD', username: utf8('jürgen'), password: utf8('pässwörd€') })
    expect((await dataOf(name)).toString('utf8')).toMatch(/jürgen.+pässwörd€$/s)
  })
  test('survive in data, which is raw bytes', async () => {
    expect((await dataOf((await created({ data: 'grüße' })).name)).toString('utf8')).toBe('grüße')
  })
  test('survive in a store password declared as UTF-8', async () => {
    const [name, storePassword] = [fresh(), utf8('Aa1Bb2Ü3x')]
    expect(jsonOf(await post({ name, ...DATA, storePassword })).password).toBe('Aa1Bb2Ü3x')
    expect((await dataOf(name, { storePassword })).toString()).toBe('value')
  })
})

describe('names', () => {
  test.each(['a', 'ab', 'a b c', 'a/b/c', '~abc'])('"%s" is rejected', async (name) => {
    expectValidationError(await post({ name, ...DATA }), `Invalid secret name: ${name}. ${NAME_RULE}`)
  })
  test('of 129 characters are rejected', async () => {
    const name = 'm'.repeat(129)
    const answer = await post({ name, ...DATA })
    if (tooLongNamesAreRefused) expectValidationError(answer, `Invalid secret name: ${name}. ${NAME_RULE}`)
    else expectFailure(answer, 'org.jooq.exception.')
  })
  test.each(['abc', 'n'.repeat(128), '0a_@.-~'])('"%s" is accepted', async (name) => {
    expectIdResult(await post({ name, ...DATA }), 'CREATED')
  })
  test('that differ in case are different', async () => {
    expectIdResult(await post({ name: 'case', ...DATA }), 'CREATED')
    expectIdResult(await post({ name: 'CASE', ...DATA }), 'CREATED')
  })
  test('that are taken are rejected', async () => {
    const { name } = await created()
    expectValidationError(await post({ name, ...DATA }), `Secret already exists: ${name}`)
  })
  test('are free in another organization', async () => {
    const { name } = await created()
    expectIdResult(await post({ name, ...DATA }, admin, other), 'CREATED')
  })
  test('are unique in concurrent requests: one wins', async () => {
    const name = fresh()
    const answers = await Promise.all([1, 2, 3].map(() => post({ name, ...DATA })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
  onlyOnOurs('lostRace')('the losers of a race get the error that the name is taken', async () => {
    const name = fresh()
    const answers = await Promise.all([1, 2, 3].map(() => post({ name, ...DATA })))
    for (const answer of answers)
      if (answer.status !== 200) expectValidationError(answer, `Secret already exists: ${name}`)
  })
})

describe('missing or wrong fields', () => {
  test('no type', async () => expectValidationError(await post({ name: fresh(), data: 'x' }), "'type' is required"))
  test('a blank type', async () =>
    expectValidationError(await post({ name: fresh(), type: ' ' }), "'type' is required"))
  test('an unknown type', async () => {
    expectValidationError(await post({ name: fresh(), type: 'FILE' }), 'Unsupported secret type: FILE')
  })
  test('an unknown store', async () => {
    expectValidationError(
      await post({ name: fresh(), ...DATA, storeType: 'vault' }),
      'Secret store of type vault is not available!',
    )
  })
  test('no name', async () => expectText(await post(DATA), 400, 'name not specified'))
  test('a blank name', async () => expectText(await post({ name: ' ', ...DATA }), 400, 'name not specified'))
  test.each(['SECRET', 'private'])('visibility %s', async (visibility) => {
    expectText(await post({ name: fresh(), ...DATA, visibility }), 400, `Invalid visibility value: ${visibility}`)
  })
  test('no data', async () => expectText(await post({ name: fresh(), type: 'DATA' }), 400, 'data not specified'))
  test.each([undefined, 'x'])('no username (password: %s)', async (password) => {
    expectText(await post({ name: fresh(), type: 'USERNAME_PASSWORD', password }), 400, 'username not specified')
  })
  test.each([undefined, '  '])('no password (%s)', async (password) => {
    expectText(
      await post({ name: fresh(), type: 'USERNAME_PASSWORD', username: 'x', password }),
      400,
      'password not specified',
    )
  })
  test('no private key', async () => {
    expectText(await post({ name: fresh(), type: 'KEY_PAIR', public: Buffer.from('x') }), 400, 'private not specified')
  })
})

describe('the order of checks: membership before all of these', () => {
  /** A request with every error; each row fixes one, so that the next is reported. */
  const MISTAKES: Form = {
    storeType: 'vault',
    storePassword: 'short',
    visibility: 'private',
    projectIds: 'junk',
    private: 'a private key without a public one is no error',
  }
  const valid = (message: string) => (answer: Answer) => expectValidationError(answer, message)
  const text = (status: number, message: string) => (answer: Answer) => expectText(answer, status, message)
  const ROWS: [string, Form, (answer: Answer) => void][] = [
    ['no type', {}, valid("'type' is required")],
    ['unknown type', { type: 'FILE' }, valid('Unsupported secret type: FILE')],
    ['unknown store', { type: 'DATA' }, valid('Secret store of type vault is not available!')],
    ['no name', { storeType: 'concord' }, text(400, 'name not specified')],
    ['bad name', { name: 'a b' }, valid(`Invalid secret name: a b. ${NAME_RULE}`)],
    ['taken name', { name: 'order-taken' }, valid('Secret already exists: order-taken')],
    ['weak password', { name: 'order' }, text(400, 'Invalid password: Password must be at least seven (7) characters')],
    ['bad visibility', { storePassword: STORE_PASSWORD }, text(400, 'Invalid visibility value: private')],
    ['bad project id', { visibility: 'PRIVATE' }, text(500, 'Error parsing the request')],
    ['bad old project id', { projectIds: '', projectId: 'x' }, text(500, 'Error parsing the request')],
    ['unknown project', { projectId: '', projects: 'one,nope' }, valid('Project not found: nope')],
    ['unknown old project', { projects: '', project: 'nope' }, valid('Project not found: nope')],
    ['no data', { project: '' }, text(400, 'data not specified')],
  ]

  test.each(ROWS.map(([what], i) => [what, i] as const))('%s', async (what, i) => {
    if (what === 'taken name') await world.secret(org, { name: 'order-taken' })
    const form: Form = Object.assign({}, MISTAKES, ...ROWS.slice(0, i + 1).map(([, mended]) => mended))
    ROWS[i]?.[2](await post(form))
    expectNotInOrg(await post(form, outsider), outsider, org)
  })
})

describe('who and where', () => {
  test('members only', async () => expectNotInOrg(await post({ name: fresh(), ...DATA }, outsider), outsider, org))
  test('not in an organization that does not exist', async () => {
    expectNoOrg(await member.post('/api/v1/org/no-such-org/secret', { form: { name: fresh(), ...DATA } }))
  })
  test('the organization’s name is checked', async () => {
    expectViolations(await member.post('/api/v1/org/a%20b/secret', { form: {} }), {
      'SecretResource.create.arg0': nameViolation,
    })
  })
  test('not without credentials', async () => expectUnauthorized(await post({}, anonymous), { challenge: true }))
})

describe('the body', () => {
  test.each(['application/x-www-form-urlencoded', 'multipart/mixed; boundary=x', 'application/json'])(
    'of type %s is a 415',
    async (type) => {
      expectEmpty(await member.post(`${org.v1}/secret`, { body: 'x', type }), 415)
    },
  )
  test('that is missing is a 415', async () => expectEmpty(await member.post(`${org.v1}/secret`), 415))
  test('that ends in the middle of a part counts up to that point', async () => {
    const body = '--x\r\nContent-Disposition: form-data; name="type"\r\n\r\nDATA'
    const answer = await member.post(`${org.v1}/secret`, { body, type: 'multipart/form-data; boundary=x' })
    expectText(answer, 400, 'name not specified')
  })
  test('that is empty has no parts', async () => {
    const answer = await member.post(`${org.v1}/secret`, { body: '', type: 'multipart/form-data; boundary=x' })
    expectValidationError(answer, "'type' is required")
  })
  onlyOnOurs('bodyLimit')('of more than 1,000 parts is a 413', async () => {
    const parts = Array.from({ length: 1001 }, (_, i): [string, string] => [`field-${i}`, 'x'])
    expect((await post(parts)).status).toBe(413)
    expectValidationError(await post(parts.slice(1)), "'type' is required")
  })
  test('with a validation error under Accept: application/json is an empty 400', async () => {
    expectEmpty(await member.post(`${org.v1}/secret`, { form: {}, accept: 'application/json' }), 400)
  })
})

test('there is no create in v2: 405', async () => {
  expect((await member.post(`${org.v2}/secret`, { form: { name: fresh(), ...DATA } })).status).toBe(405)
})
