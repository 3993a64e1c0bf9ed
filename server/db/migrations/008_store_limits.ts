import { type Kysely, sql } from 'kysely'

/**
 * Indexes for every filter of the audit log, and the usage of each organization (`orgUsage`) for its quotas. Triggers
 * update these sums on every write, including cascades, so that nothing has to count a hundred thousand rows.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...indexes, ...usage()]) await sql.raw(statement).execute(db)
}

const indexes = [
  // Few entries name a project or a team: the indexes leave out the others.
  ...['project', 'team'].map((entity) => {
    const id = `json_extract(details, '$.${entity}Id')`
    const name = `auditLogBy${entity === 'project' ? 'Project' : 'Team'}`
    return `CREATE INDEX ${name} ON auditLog (${id}, seq) WHERE ${id} IS NOT NULL`
  }),
  `CREATE INDEX auditLogByUser ON auditLog (userId, seq)`,
  `CREATE INDEX auditLogByObject ON auditLog (object, seq, action)`,
  `CREATE INDEX processSessionsByUser ON processSessions (userId)`,
  `CREATE INDEX orgsByOwner ON orgs (ownerId)`,
]

/** The bytes that count for a row linking two things, including its indexes. */
const LINK_BYTES = 200

/** The tables whose rows belong to an organization: how the rows count, and the tables nested in them. */
const HOLDERS: Record<
  string,
  { texts: string[]; held: Record<string, { key: string; bytes: (row: string) => string }> }
> = {
  secrets: {
    texts: ['name'],
    held: {
      secretValues: { key: 'secretId', bytes: lengthOf('wrappedKey', 'salt', 'data') },
      secretProjects: { key: 'secretId', bytes: () => String(LINK_BYTES) },
      secretTeamAccess: { key: 'secretId', bytes: () => String(LINK_BYTES) },
    },
  },
  projects: {
    texts: ['name', 'description', 'cfg', 'meta'],
    held: {
      repositories: { key: 'projectId', bytes: lengthOf('name', 'url', 'branch', 'commitId', 'path', 'meta') },
      projectTeamAccess: { key: 'projectId', bytes: () => String(LINK_BYTES) },
    },
  },
  teams: {
    texts: ['name', 'description'],
    held: {
      teamUsers: { key: 'teamId', bytes: () => String(LINK_BYTES) },
      teamLdapGroups: { key: 'teamId', bytes: lengthOf('ldapGroup') },
    },
  },
}

/** The length of columns, which SQLite knows without reading them. */
function lengthOf(...columns: string[]) {
  return (row: string) => columns.map((column) => `ifnull(octet_length(${row}.${column}), 0)`).join(' + ')
}

function usage(): string[] {
  return [
    `CREATE TABLE orgUsage (
       orgId TEXT PRIMARY KEY REFERENCES orgs ON DELETE CASCADE, secrets INTEGER NOT NULL DEFAULT 0,
       projects INTEGER NOT NULL DEFAULT 0, repositories INTEGER NOT NULL DEFAULT 0, teams INTEGER NOT NULL DEFAULT 0,
       bytes INTEGER NOT NULL DEFAULT 0) STRICT`,
    `INSERT INTO orgUsage (orgId, bytes) SELECT id, ${ORG_BYTES('orgs')} FROM orgs`,
    trigger('AFTER INSERT ON orgs', [`INSERT INTO orgUsage (orgId, bytes) VALUES (NEW.id, ${ORG_BYTES('NEW')})`]),
    trigger('AFTER UPDATE OF name, meta, cfg ON orgs', [
      add('NEW.id', { bytes: `(${ORG_BYTES('NEW')}) - (${ORG_BYTES('OLD')})` }),
    ]),
    ...Object.keys(HOLDERS).flatMap(holderStatements),
  ]
}

const ORG_BYTES = lengthOf('name', 'meta', 'cfg')

function holderStatements(holder: string): string[] {
  const { texts, held } = HOLDERS[holder] as (typeof HOLDERS)[string]
  const own = lengthOf(...texts)
  const tables = Object.entries(held)
  /** A row and everything nested in it, as terms of a sum per column. */
  const whole = (row: string): Record<string, string> => {
    const inside = tables.map(
      ([table, { key, bytes }]) =>
        `(SELECT ifnull(sum(${bytes(table)}), 0) FROM ${table} WHERE ${table}.${key} = ${row}.id)`,
    )
    return {
      [holder]: '1',
      bytes: [own(row), ...inside].join(' + '),
      ...(held.repositories ? { repositories: `(SELECT count(*) FROM repositories WHERE projectId = ${row}.id)` } : {}),
    }
  }
  return [
    ...Object.entries(whole(holder)).map(
      ([column, terms]) =>
        `UPDATE orgUsage SET ${column} = ${column} +
           (SELECT ifnull(sum(${terms}), 0) FROM ${holder} WHERE ${holder}.orgId = orgUsage.orgId)`,
    ),
    trigger(`AFTER INSERT ON ${holder}`, [add('NEW.orgId', { [holder]: '1', bytes: own('NEW') })]),
    // Before the delete: afterwards the nested rows are gone, or no longer belong to an organization.
    trigger(`BEFORE DELETE ON ${holder}`, [add('OLD.orgId', negative(whole('OLD')))]),
    trigger(`AFTER UPDATE OF orgId, ${texts.join(', ')} ON ${holder}`, [
      add('OLD.orgId', { bytes: `(${own('NEW')}) - (${own('OLD')})` }),
      `${add('OLD.orgId', negative(whole('NEW')))} AND OLD.orgId <> NEW.orgId`,
      `${add('NEW.orgId', whole('NEW'))} AND OLD.orgId <> NEW.orgId`,
    ]),
    ...tables.flatMap(([table, { key, bytes }]) => {
      const orgOf = (row: string) => `(SELECT orgId FROM ${holder} WHERE id = ${row}.${key})`
      const counts: Record<string, string> = table === 'repositories' ? { repositories: '1' } : {}
      return [
        trigger(`AFTER INSERT ON ${table}`, [add(orgOf('NEW'), { ...counts, bytes: bytes('NEW') })]),
        trigger(`AFTER DELETE ON ${table}`, [add(orgOf('OLD'), negative({ ...counts, bytes: bytes('OLD') }))]),
        trigger(`AFTER UPDATE ON ${table}`, [add(orgOf('NEW'), { bytes: `(${bytes('NEW')}) - (${bytes('OLD')})` })]),
      ]
    }),
  ]
}

function trigger(event: string, statements: string[]): string {
  const name = `usage${event.replace(/ OF .* ON /, ' ON ').replace(/(?:^| )(\w)/g, (_, letter) => letter.toUpperCase())}`
  return `CREATE TRIGGER ${name} ${event} BEGIN ${statements.map((statement) => `${statement};`).join(' ')} END`
}

function add(orgId: string, terms: Record<string, string>): string {
  const sums = Object.entries(terms).map(([column, term]) => `${column} = ${column} + (${term})`)
  return `UPDATE orgUsage SET ${sums.join(', ')} WHERE orgId = ${orgId}`
}

const negative = (terms: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(terms).map(([column, term]) => [column, `-(${term})`]))
