import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Acme, lastAudit, startAcme, UPDATED, validation } from '../../tests/support/secrets.ts'
import { givenProject } from '../../tests/support/testServer.ts'

let { server, org, alice, make, v1, v2, read } = {} as Acme
let project: { id: string }
let second: { id: string }

beforeAll(async () => {
  const acme = await startAcme()
  ;({ server, org, alice, make, v1, v2, read } = acme)
  project = await givenProject(server, org, 'project')
  second = await givenProject(server, org, 'second')
  await make('taken')
})
afterAll(() => server.close())

describe('name', () => {
  test('a new one; the old one is free', async () => {
    const { id } = await make('rename-1', { visibility: 'PRIVATE' })
    expect(await v1('rename-1', { name: 'rename-2' })).toEqual(UPDATED)
    expect(await read('rename-2')).toMatchObject({ id, visibility: 'PRIVATE' })
    expect((await server.request('/api/v2/org/acme/secret/rename-1')).status).toBe(404)
    expect(await lastAudit(server, id)).toEqual({
      action: 'UPDATE',
      userId: alice.id,
      details: {
        ...{ orgId: org.id, secretId: id, name: 'rename-1' },
        changes: { prev: { name: 'rename-1' }, new: { name: 'rename-2' }, updated: {} },
      },
    })
  })

  test('its own or a taken one fails, with the old name in the answer (concord-api §14 Q15)', async () => {
    await make('rename-same')
    const exists = validation('Secret already exists: rename-same')
    expect(await v1('rename-same', { name: 'rename-same' })).toEqual(exists)
    expect(await v2('rename-same', { name: 'taken' })).toEqual(exists)
  })

  test('v2 does not look at the pattern, and strands the secret (concord-api §14 Q11)', async () => {
    await make('strand')
    expect(await v2('strand', { name: '  x y ' })).toEqual(UPDATED)
    expect(await read('x%20y')).toMatchObject({ name: 'x y' })
    expect((await v2('x%20y', { name: 'strand' })).status).toBe(400)
  })

  test('v2 has the column’s limit', async () => {
    await make('long')
    const answer = await v2('long', { name: 'l'.repeat(129) })
    expect(answer.status).toBe(500)
    expect(answer.body).toMatch(/^ERROR: org\.jooq\.exception\.DataException/)
    expect(await v2('long', { name: 'l'.repeat(128) })).toEqual(UPDATED)
  })
})

describe('visibility', () => {
  test('v1 keeps what is not sent', async () => {
    await make('visibility-1', { visibility: 'PRIVATE' })
    await v1('visibility-1', {})
    expect(await read('visibility-1')).toMatchObject({ visibility: 'PRIVATE' })
  })

  test.each([
    ['absent', {}],
    ['blank', { visibility: ' ' }],
  ])('v2 makes PUBLIC when it is %s (concord-api §14 Q1)', async (what, form) => {
    await make(`visibility-${what}`, { visibility: 'PRIVATE' })
    expect(await v2(`visibility-${what}`, { ...form })).toEqual(UPDATED)
    expect(await read(`visibility-${what}`)).toMatchObject({ visibility: 'PUBLIC' })
  })
})

describe('projects', () => {
  const names = async (secret: string) => (await read(secret)).projects.map((each: { name: string }) => each.name)

  test('v2 replaces, keeps when none are sent, and removes when told', async () => {
    const { id } = await make('projects-2')
    await v2('projects-2', { projectIds: project.id })
    expect(await names('projects-2')).toEqual(['project'])
    await v2('projects-2', { projectIds: '', removeProjectLink: 'no' })
    expect(await names('projects-2')).toEqual(['project'])
    await v2('projects-2', { projectIds: second.id, removeProjectLink: 'TRUE' })
    expect(await names('projects-2')).toEqual([])
    const { changes } = (await lastAudit(server, id))?.details ?? {}
    const [linked] = Object.entries(changes.prev.projects)
    expect(linked).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.objectContaining({ id: project.id, name: 'project', processExecMode: 'READERS' }),
    ])
    expect(changes.new).toBeUndefined()
  })

  test('v1 has one, by id or by a name in the body’s organization; an empty name removes', async () => {
    await make('projects-1')
    await v1('projects-1', { projectId: project.id })
    expect(await names('projects-1')).toEqual(['project'])
    await v1('projects-1', { projectName: ' ' })
    expect(await names('projects-1')).toEqual([])
    expect(await v1('projects-1', { projectName: 'project', orgId: org.id })).toEqual(UPDATED)
    expect(await names('projects-1')).toEqual(['project'])
  })
})
