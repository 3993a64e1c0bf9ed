import { setImmediate as breath } from 'node:timers/promises'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { listedIn } from '../access/listing.ts'
import { contains } from '../db/filter.ts'
import type { Reader } from '../db/open.ts'
import type { EncryptedBy, OrgRow, SecretRow, SecretType, Visibility } from '../db/schema.ts'
import { nonNull } from '../json/omit.ts'
import type { Principal } from '../principal.ts'
import { ownersOf } from '../users/owner.ts'
import { projectsOf } from './store.ts'

/*
 * One page of the secrets of an organization, filtered and sorted, and how many there are: what our console shows.
 * Nothing else runs during a statement, so each reads only a slice of an index, and other requests run between two
 * slices. Secrets that are created or deleted meanwhile may be missing, as between two pages.
 */

/** The values of each facet, in the order of a sort by it. */
export const FACETS = {
  type: ['KEY_PAIR', 'USERNAME_PASSWORD', 'DATA'] satisfies SecretType[],
  visibility: ['PRIVATE', 'PUBLIC'] satisfies Visibility[],
  /** `all`: every project may use it; `some`: it is limited to projects. */
  scope: ['all', 'some'],
  protection: ['SERVER_KEY', 'PASSWORD'] satisfies EncryptedBy[],
} as const

type Facet = keyof typeof FACETS
export type Chosen = { [F in Facet]?: (typeof FACETS)[F][number] | undefined }

/** By name, by type or by the age of the value, the newest first; `-` reverses it. Equal secrets are by name, A to Z. */
export const SORTS = ['name', '-name', 'type', '-type', 'age', '-age'] as const
export type SecretSort = (typeof SORTS)[number]

export interface SecretSearch extends Chosen {
  /** A part of the name, in any case. */
  filter?: string | undefined
  sort: SecretSort
  offset: number
  limit: number
}

/** The number of index entries that one statement reads. The first slice is small: it often has the whole page. */
const FIRST_SLICE = 500
const MAX_SLICE = 4_000

type Condition = RawBuilder<SqlBool>
/** A function, because only a long search asks, and it makes Node's adapter build a whole Request. */
type SignalOf = () => AbortSignal

const LINKED = sql<SqlBool>`EXISTS (SELECT 1 FROM ${sql.table('secretProjects')} WHERE ${sql.ref('secretId')} = secrets.id)`

/** What the slices are in the order of, with the index for it: the name, or since when the value is as it is. */
const KEYS = {
  name: { value: sql<string>`name`, from: from('secretsListed') },
  since: {
    value: sql<string>`coalesce(${sql.ref('lastUpdatedAt')}, ${sql.ref('createdAt')})`,
    from: from('secretsByAge'),
  },
}
type Key = (typeof KEYS)[keyof typeof KEYS]

function from(index: string) {
  return sql`FROM ${sql.table('secrets')} INDEXED BY ${sql.ref(index)}`
}

const WORDS = { ASC: sql`ASC`, DESC: sql`DESC` }
type Order = keyof typeof WORDS

const all = (...conditions: Condition[]): Condition => sql`${sql.join(conditions, sql` AND `)}`

const CONDITIONS: { [F in Facet]: (value: string) => Condition } = {
  type: (value) => sql`type = ${value}`,
  visibility: (value) => sql`visibility = ${value}`,
  scope: (value) => (value === 'some' ? LINKED : sql`NOT ${LINKED}`),
  protection: (value) => sql`${sql.ref('encryptedBy')} = ${value}`,
}

const FACET_NAMES = Object.keys(FACETS) as Facet[]

const visible = (org: OrgRow, who: Principal): Condition => sql`${listedIn(org, who)}`
const named = (filter: string | undefined): Condition => (filter ? contains('name', filter) : sql`true`)

/**
 * The slices of an organization's secrets in an order, each as a condition. Those of the same age are in one slice. Ends
 * early for a client that has disconnected.
 */
async function* slicesOf(
  db: Reader,
  org: OrgRow,
  { value, from }: Key,
  order: Order,
  signalOf: SignalOf | undefined,
): AsyncGenerator<Condition> {
  const [beyond, upTo] = order === 'ASC' ? [sql`>`, sql`<=`] : [sql`<`, sql`>=`]
  let rest: Condition = sql`${sql.ref('orgId')} = ${org.id}`
  for (let size = FIRST_SLICE; ; size = Math.min(size * 2, MAX_SLICE)) {
    const { rows } = await sql<{ last: string }>`
      SELECT ${value} AS last ${from} WHERE ${rest} ORDER BY ${value} ${WORDS[order]} LIMIT 1 OFFSET ${size - 1}
    `.execute(db)
    const last = rows[0]?.last
    if (last === undefined) return yield rest
    yield all(rest, sql`${value} ${upTo} ${last}`)
    rest = sql`${sql.ref('orgId')} = ${org.id} AND ${value} ${beyond} ${last}`
    await breath()
    if (signalOf?.().aborted) return
  }
}

/** The secrets of the page, and whether there are more behind it. */
export async function searchSecrets(
  db: Reader,
  who: Principal,
  org: OrgRow,
  search: SecretSearch,
  signalOf?: SignalOf,
) {
  const { filter, limit } = search
  if (limit === 0) return { secrets: [], hasMore: false }
  const chosen = FACET_NAMES.flatMap((facet) => (search[facet] ? [CONDITIONS[facet](search[facet])] : []))
  const fits = all(visible(org, who), named(filter), ...chosen)
  const ids = await idsOf(db, org, fits, search, signalOf)
  return { secrets: await summaries(db, ids.slice(0, limit)), hasMore: ids.length > limit }
}

/** One more than the limit, if there are more. By type is by name too, one type after the other. */
async function idsOf(
  db: Reader,
  org: OrgRow,
  fits: Condition,
  { sort, offset, limit }: SecretSearch,
  signalOf: SignalOf | undefined,
) {
  const types = sort === 'type' ? FACETS.type : sort === '-type' ? FACETS.type.toReversed() : [undefined]
  const key = sort.endsWith('age') ? KEYS.since : KEYS.name
  // The newest value has the smallest age.
  const order = sort === '-name' || sort === 'age' ? 'DESC' : 'ASC'
  const ordered = key === KEYS.since ? sql`${key.value} ${WORDS[order]}, name` : sql`name ${WORDS[order]}`
  const ids: string[] = []
  let skip = offset
  for (const type of types) {
    const ofType = type === undefined ? fits : all(fits, CONDITIONS.type(type))
    for await (const slice of slicesOf(db, org, key, order, signalOf)) {
      const where = all(slice, ofType)
      if (skip > 0) {
        const count = await sql<{ n: number }>`SELECT count(*) AS n ${key.from} WHERE ${where}`.execute(db)
        const n = count.rows[0]?.n ?? 0
        if (n <= skip) {
          skip -= n
          continue
        }
      }
      const { rows } = await sql<{ id: string }>`
        SELECT id ${key.from} WHERE ${where} ORDER BY ${ordered} LIMIT ${limit + 1 - ids.length} OFFSET ${skip}
      `.execute(db)
      skip = 0
      ids.push(...rows.map(({ id }) => id))
      if (ids.length > limit) return ids
    }
  }
  return ids
}

/** What a row of a list shows, in the order of the ids. Without the organization, which all have in common. */
async function summaries(db: Reader, ids: readonly string[]) {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('secrets').selectAll().where('id', 'in', ids).execute()
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  const found = ids.map((id) => rowOf.get(id)).filter((row): row is SecretRow => row !== undefined)
  const ownerOf = await ownersOf(db, found)
  const projects = await projectsOf(db, ids)
  return found.map((row) =>
    nonNull({
      id: row.id,
      name: row.name,
      type: row.type,
      visibility: row.visibility,
      encryptedBy: row.encryptedBy,
      owner: ownerOf(row),
      createdAt: row.createdAt,
      lastUpdatedAt: row.lastUpdatedAt,
      projects: (projects.get(row.id) ?? []).map(({ name }) => name),
    }),
  )
}

/**
 * A letter for the facets of a secret, from A on. One text of letters per slice is four times as quick as GROUP BY, which
 * sorts.
 */
const LETTER = sql<string>`char(65
  + 8 * CASE type WHEN ${FACETS.type[0]} THEN 0 WHEN ${FACETS.type[1]} THEN 1 ELSE 2 END
  + 4 * (visibility = ${FACETS.visibility[1]}) + 2 * ${LINKED} + (${sql.ref('encryptedBy')} = ${FACETS.protection[1]}))`

const facetsOf = (letter: string) => {
  const code = letter.charCodeAt(0) - 65
  return {
    type: FACETS.type[code >> 3],
    visibility: FACETS.visibility[(code >> 2) & 1],
    scope: FACETS.scope[(code >> 1) & 1],
    protection: FACETS.protection[code & 1],
  }
}

/**
 * How many secrets there are: all that the caller may know of, those that match, and, for each value of each facet, those
 * that would match with it and everything else as it is.
 */
export async function countSecrets(
  db: Reader,
  who: Principal,
  org: OrgRow,
  { filter, ...chosen }: Chosen & Pick<SecretSearch, 'filter'>,
  signalOf?: SignalOf,
) {
  let total = 0
  const found = new Map<string, number>()
  for await (const slice of slicesOf(db, org, KEYS.name, 'ASC', signalOf)) {
    const { rows } = await sql<{ total: number; letters: string | null }>`
      SELECT count(*) AS total, group_concat(${LETTER}, '') FILTER (WHERE ${named(filter)}) AS letters
      ${KEYS.name.from} WHERE ${all(slice, visible(org, who))}
    `.execute(db)
    total += rows[0]?.total ?? 0
    for (const letter of rows[0]?.letters ?? '') found.set(letter, (found.get(letter) ?? 0) + 1)
  }
  const cells = [...found].map(([letter, count]) => ({ facets: facetsOf(letter), count }))
  const fitting = (wanted: Chosen) =>
    cells
      .filter(({ facets }) => FACET_NAMES.every((facet) => !wanted[facet] || wanted[facet] === facets[facet]))
      .reduce((sum, { count }) => sum + count, 0)
  const countsOf = (facet: Facet) =>
    Object.fromEntries(FACETS[facet].map((value) => [value, fitting({ ...chosen, [facet]: value })]))
  return {
    total,
    matching: fitting(chosen),
    ...Object.fromEntries(FACET_NAMES.map((facet) => [facet, countsOf(facet)])),
  }
}
