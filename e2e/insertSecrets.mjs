// node e2e/insertSecrets.mjs DATA_FOLDER ORGANIZATION_ID OWNER_ID COUNT: inserts secrets key-00000, key-00001, … into the
// data folder of a server that is not running, because by HTTP tens of thousands take minutes. Every tenth one is public.
// They have no values, so they can be listed, not read. A program, because libsql holds its lock until its process ends.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import process from 'node:process'
import LibSql from 'libsql'

const [folder = '', orgId, ownerId, count] = process.argv.slice(2)
const db = new LibSql(join(folder, 'concord.db'))
const insert = db.prepare(
  `INSERT INTO secrets (id, orgId, name, ownerId, type, storeType, encryptedBy, visibility, createdAt)
   VALUES (?, ?, ?, ?, 'DATA', 'concord', 'SERVER_KEY', ?, '2026-01-02T03:04:05.678Z')`,
)
db.exec('BEGIN')
for (let i = 0; i < Number(count); i++) {
  const name = `key-${String(i).padStart(5, '0')}`
  insert.run([randomUUID(), orgId, name, ownerId, i % 10 === 0 ? 'PUBLIC' : 'PRIVATE'])
}
db.exec('COMMIT')
db.close()
