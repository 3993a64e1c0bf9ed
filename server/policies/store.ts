import type { PolicyRow } from '../access/policies/links.ts'
import { rawJsonColumn } from '../db/json.ts'
import type { Reader } from '../db/open.ts'
import { textError } from '../errors.ts'
import { nonNull } from '../json/omit.ts'

/** PolicyEntry. */
export const policyEntry = ({ id, parentId, name, rules }: PolicyRow) =>
  nonNull({ id, parentId, name, rules: rawJsonColumn(rules) ?? {} })

export const findPolicy = (db: Reader, name: string) =>
  db.selectFrom('policies').selectAll().where('name', '=', name).executeTakeFirst()

export async function requirePolicy(db: Reader, name: string): Promise<PolicyRow> {
  const policy = await findPolicy(db, name)
  if (!policy) throw textError(404, `Policy not found: ${name}`)
  return policy
}
