import { type Kysely, sql } from 'kysely'

/** Finds a user's teams through LDAP groups, and the projects of these teams, without reading whole tables. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'CREATE INDEX teamLdapGroupsByGroup ON teamLdapGroups (ldapGroup, teamId, role)',
  'CREATE INDEX projectTeamAccessByTeam ON projectTeamAccess (teamId, projectId, level)',
]
