import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { SecretType, Visibility } from '../../server/db/schema.ts'
import { newId } from '../../server/ids.ts'
import { encodeKeyPair, encodeUsernamePassword } from '../../server/vault/binary.ts'
import { base64, file } from '../support/secrets.ts'
import { givenOrg, givenTeam, givenUser, startTestServer } from '../support/testServer.ts'
import { RUNS, SEED } from './settings.ts'

const server = await startTestServer({ REQUESTS_PER_SECOND: 'off' })
afterAll(() => server.close())

/*
 * Compares secrets with a simple model: whatever somebody with all rights does, in any order, each secret ends up where
 * they put it, with the name, password and bytes that they gave it, and failed requests changed nothing.
 */

interface Value {
  type: SecretType
  bytes: Buffer
  fields: Record<string, string | Blob>
}

/** A secret in the model. */
interface Kept {
  id: string
  type: SecretType
  bytes: Buffer
  password: string | undefined
  visibility: Visibility
}

type OrgIndex = 0 | 1

interface Change {
  kind: 'change'
  how: 'json' | 'form'
  org: OrgIndex
  name: string
  value: Value | undefined
  /** `right`, or a wrong one. */
  password: 'right' | 'wrong' | 'none'
  newPassword: string | undefined
  rename: string | undefined
  move: OrgIndex | undefined
  visibility: Visibility | undefined
}

type Step =
  | { kind: 'create'; org: OrgIndex; name: string; value: Value; password: string | undefined; visibility: Visibility }
  | { kind: 'delete'; org: OrgIndex; name: string }
  | Change

const PASSWORDS = ['Aa1!Bb2!Cc', 'Zz9!Yy8!Xx'] as const
const org = fc.constantFrom<OrgIndex>(0, 1)
const name = fc.constantFrom('first', 'second')
const visibility = fc.constantFrom<Visibility>('PUBLIC', 'PRIVATE')
const rarely = <T>(arbitrary: fc.Arbitrary<T>, weight = 3) =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const bytes = fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each))
const data = bytes.map((each): Value => ({ type: 'DATA', bytes: each, fields: { type: 'DATA', data: file(each) } }))
const login = fc.tuple(fc.stringMatching(/^[!-~]{1,20}$/), fc.stringMatching(/^[!-~]{1,20}$/)).map(
  ([username, password]): Value => ({
    type: 'USERNAME_PASSWORD',
    bytes: encodeUsernamePassword({ username, password }),
    fields: { type: 'USERNAME_PASSWORD', username, password },
  }),
)
const keyPair = fc.tuple(bytes, bytes).map(
  ([publicKey, privateKey]): Value => ({
    type: 'KEY_PAIR',
    bytes: encodeKeyPair({ publicKey, privateKey }),
    fields: { type: 'KEY_PAIR', public: file(publicKey), private: file(privateKey) },
  }),
)
const value = fc.oneof(data, login, keyPair)

const create = fc.record({
  ...{ kind: fc.constant('create' as const), org, name, value, visibility },
  // They take real time.
  password: rarely(fc.constantFrom(...PASSWORDS), 4),
})
const remove = fc.record({ kind: fc.constant('delete' as const), org, name })
const change = (how: 'json' | 'form', values: fc.Arbitrary<Value>): fc.Arbitrary<Change> =>
  fc.record({
    ...{ kind: fc.constant('change' as const), how: fc.constant(how), org, name },
    value: rarely(values, 1),
    password: fc.constantFrom('right', 'right', 'right', 'none', 'wrong'),
    newPassword: rarely(fc.constantFrom(...PASSWORDS)),
    rename: rarely(name, 2),
    move: rarely(org, 2),
    visibility: rarely(visibility, 1),
  })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: create },
  { weight: 1, arbitrary: remove },
  { weight: 2, arbitrary: change('form', value) },
  // JSON supports values of one type only.
  { weight: 2, arbitrary: change('json', data) },
)

test('secrets are always in the state that somebody with all rights has put them in', {
  timeout: RUNS * 30_000 + 60_000,
}, async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20, size: 'max' }), async (steps) => {
    const world = await givenModel()
    for (const each of steps) {
      const { succeeds, apply } = world.expected(each)
      const answer = await world.send(each)
      const body = await answer.text()
      expect([each.kind, answer.status === 200, body]).toEqual([each.kind, succeeds, body])
      if (succeeds) apply(body)
    }
    await world.check()
  })
  await fc.assert(property, { seed: SEED, numRuns: RUNS * 2 })
})

async function givenModel() {
  const suffix = newId().slice(-8)
  const owner = await givenUser(server, `owner-${suffix}`)
  const names = [`left-${suffix}`, `right-${suffix}`] as const
  const orgs = await Promise.all(names.map((each) => givenOrg(server, each, owner)))
  for (const each of orgs) await givenTeam(server, each, 'team', [owner], 'OWNER')
  const kept = new Map<string, Kept>()
  const at = (index: OrgIndex, secret: string) => `${names[index]}/secret/${secret}`
  const read = (key: string, { password = '' }: Kept) =>
    server.request(`/api/v1/org/${key}/data`, { as: owner.key, form: { storePassword: password } })

  /** The store password sent with a change. */
  function passwordOf({ org: index, name: secret, password }: Change): string | undefined {
    const real = kept.get(at(index, secret))?.password
    if (password === 'wrong') return 'Wrong0ne'
    return password === 'right' ? real : undefined
  }

  return {
    expected(each: Step): { succeeds: boolean; apply: (body: string) => void } {
      const key = at(each.org, each.name)
      const before = kept.get(key)
      if (each.kind === 'create') {
        const { type, bytes } = each.value
        const { password, visibility } = each
        const apply = (body: string) =>
          void kept.set(key, { id: JSON.parse(body).id, type, bytes, password, visibility })
        return { succeeds: !before, apply }
      }
      if (!before) return { succeeds: false, apply: () => {} }
      if (each.kind === 'delete') return { succeeds: true, apply: () => void kept.delete(key) }
      const target = at(each.move ?? each.org, each.rename ?? each.name)
      const moves = each.move !== undefined && each.move !== each.org
      const apply = () => {
        kept.delete(key)
        // A form without `visibility` makes it PUBLIC (concord-api §14, Q1).
        const unsaid = each.how === 'form' ? 'PUBLIC' : before.visibility
        kept.set(target, {
          id: before.id,
          type: each.value?.type ?? before.type,
          bytes: each.value?.bytes ?? before.bytes,
          password: each.newPassword ?? before.password,
          visibility: each.visibility ?? unsaid,
        })
      }
      const named = moves || each.rename !== undefined
      return { succeeds: passwordsFit(before, each, passwordOf(each)) && !(named && kept.has(target)), apply }
    },

    send(each: Step) {
      const path = `/org/${at(each.org, each.name)}`
      const as = owner.key
      if (each.kind === 'delete') return server.request(`/api/v1${path}`, { as, method: 'DELETE' })
      if (each.kind === 'create') {
        const form = {
          name: each.name,
          visibility: each.visibility,
          ...each.value.fields,
          ...sent({ storePassword: each.password }),
        }
        return server.request(`/api/v1/org/${names[each.org]}/secret`, { as, form })
      }
      const target = each.move === undefined ? undefined : names[each.move]
      const passwords = { storePassword: passwordOf(each), newStorePassword: each.newPassword }
      const common = { name: each.rename, visibility: each.visibility, ...passwords }
      if (each.how === 'form') {
        const form = { ...sent({ ...common, org: target }), ...each.value?.fields }
        // fetch cannot send a form without parts.
        return server.request(`/api/v2${path}`, { as, form: { unknown: 'x', ...form } })
      }
      const data = each.value && base64(each.value.bytes)
      return server.request(`/api/v1${path}`, { as, json: sent({ ...common, orgName: target, data }) })
    },

    /** The lists and all values, read through the API. */
    async check() {
      const listed = []
      for (const each of names) {
        const answer = await server.request(`/api/v2/org/${each}/secret`, { as: owner.key })
        const entries = (await answer.json()) as {
          id: string
          name: string
          type: SecretType
          visibility: Visibility
        }[]
        listed.push(...entries.map((entry) => ({ ...entry, key: `${each}/secret/${entry.name}` })))
      }
      const seen = listed.map(({ key, id, type, visibility }) => ({ key, id, type, visibility })).sort(byKey)
      const expected = [...kept].map(([key, { id, type, visibility }]) => ({ key, id, type, visibility })).sort(byKey)
      expect(seen).toEqual(expected)
      for (const [key, secret] of kept) {
        const answer = await read(key, secret)
        const value = Buffer.from(await answer.arrayBuffer())
        expect([key, answer.status, value.toString('hex')]).toEqual([key, 200, secret.bytes.toString('hex')])
      }
    },
  }
}

/** concord-api §9.6: whether an update with these passwords succeeds. */
function passwordsFit({ password }: Kept, { value, newPassword }: Change, given: string | undefined): boolean {
  if (password === undefined) return given === undefined && newPassword === undefined
  // Without a new value or password nothing is decrypted, so a wrong password is not detected.
  return value === undefined && newPassword === undefined ? true : given === password
}

const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1)

const sent = (fields: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined))
