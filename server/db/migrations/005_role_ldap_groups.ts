import { type Kysely, sql } from 'kysely'

/** Roles granted to LDAP groups, and a view of each user's roles (Concord's V_USER_ROLES). */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `CREATE TABLE roleLdapGroups (
     roleId TEXT NOT NULL REFERENCES roles ON DELETE CASCADE, ldapGroup TEXT NOT NULL,
     PRIMARY KEY (roleId, ldapGroup)) STRICT`,
  `CREATE VIEW allUserRoles AS
     SELECT userId, roleId FROM userRoles
     UNION
     SELECT u.userId, g.roleId FROM roleLdapGroups g JOIN userLdapGroups u ON u.ldapGroup = g.ldapGroup`,
]
