import { expect, test } from 'vitest'
import { startTestServer } from '../../tests/support/testServer.ts'
import { readConfig, SECRET_SETTINGS, SETTINGS } from '../config.ts'
import { recordStart } from './start.ts'

test('records a start, its settings only if they have changed, and never a secret', async () => {
  const secrets = { MASTER_KEY: Buffer.alloc(32, 7).toString('base64'), ADMIN_API_KEY: 'c2VjcmV0LWtleS1vZi10ZXN0' }
  const server = await startTestServer(secrets)
  const { db } = server.services
  const startWith = (more: Record<string, string>) =>
    recordStart({ ...server.services, config: readConfig({ DATA_DIR: server.dataDir, ...secrets, ...more }) })
  await startWith({ SESSION_TIMEOUT: '10 minutes' })
  await startWith({ SESSION_TIMEOUT: '10 minutes' })
  await startWith({ SESSION_TIMEOUT: '20 minutes', PORT: '0' })
  const rows = await db.selectFrom('auditLog').selectAll().where('object', '=', 'SYSTEM').orderBy('seq').execute()
  expect(rows.map(({ event }) => event)).toEqual(['start', 'settings', 'start', 'start', 'settings'])
  const details = rows.map((row) => JSON.parse(row.details))
  expect(details[0]).toMatchObject({ masterKey: 'MASTER_KEY', masterKeyFits: true, version: expect.any(String) })
  expect(details[4]).toMatchObject({
    changed: ['PORT', 'SESSION_TIMEOUT'],
    settings: { SESSION_TIMEOUT: '20 minutes', MASTER_KEY: '(set)', ADMIN_API_KEY: '(set)' },
  })
  const everything = JSON.stringify([rows, await db.selectFrom('settings').selectAll().execute()])
  for (const secret of Object.values(secrets)) expect(everything).not.toContain(secret)
  await server.close()
})

test('every setting with a secret-like name is secret, or is known not to be', () => {
  const harmless = ['MASTER_KEY_FILE', 'API_KEY_EXPIRY', 'SECRETS_PER_ORGANIZATION', 'API_KEYS_PER_USER']
  const suspicious = SETTINGS.filter((name) => /KEY|PASSWORD|SECRET|TOKEN/.test(name) && !harmless.includes(name))
  expect([...SECRET_SETTINGS].sort()).toEqual(suspicious.sort())
})
