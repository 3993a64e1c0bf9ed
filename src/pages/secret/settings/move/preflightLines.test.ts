import { describe, expect, test } from 'vitest'
import { ApiError } from '#api/ApiError.ts'
import { exampleSecret } from '#concord/examples.ts'
import type { Usage } from '#concord/usage.ts'
import {
  blockedBy,
  type Line,
  type MoveFacts,
  preflightLines,
  previewState,
  sorted,
  survivingGrants,
} from './preflightLines.ts'

const answer = <T>(data: T) => ({ data, error: null })
const refused = (status: number) => ({
  data: undefined,
  error: new ApiError(status, status === 403 ? 'forbidden' : status === 400 ? 'rejected' : 'failed', ''),
})
const waiting = { data: undefined, error: null }

const NOTHING: Usage = { uses: [], total: 0, more: false, hidden: undefined, hiddenProjects: [] }

const facts = (changes: Partial<MoveFacts> = {}): MoveFacts => ({
  secret: exampleSecret(),
  target: 'platform',
  newName: 'git-key',
  right: { verdict: 'yes', why: 'You own this secret.' },
  canCreate: answer(true),
  targetOrg: answer({ id: 'o2', name: 'platform', visibility: 'PUBLIC', owner: { username: 'petra' } }),
  nameTaken: answer(false),
  usage: answer(NOTHING),
  access: answer([]),
  targetTeams: answer([{ id: 't2', orgId: 'o2', orgName: 'platform', name: 'ops' }]),
  ownTeams: answer([{ id: 't1', orgId: 'o1', orgName: 'acme', name: 'devs' }]),
  ...changes,
})

const texts = ({ items = [] }: Line) => items.map(({ text }) => text)

const line = (id: Line['id'], changes: Partial<MoveFacts>) => {
  const found = preflightLines(facts(changes)).find((each) => each.id === id)
  if (!found) throw new Error(`no line ${id}`)
  return found
}

test('a private secret that no repository uses moves with one warning, as flows may name it', () => {
  const lines = preflightLines(facts())
  expect(sorted(lines).problems.map(({ id }) => id)).toEqual(['flows'])
  expect(sorted(lines).passed).toHaveLength(8)
  expect(previewState(lines)).toBe('ready')
  expect(blockedBy(lines)).toBeUndefined()
})

describe('what would be refused is red', () => {
  test.each([
    ['no right', { right: { verdict: 'no', why: 'Needs Writer access.' } }, 'right'],
    ['not a member', { canCreate: refused(403) }, 'membership'],
    ['no such organization', { canCreate: refused(400) }, 'membership'],
    ['name taken', { nameTaken: answer(true) }, 'name'],
  ] as const)('%s', (_, changes, id) => {
    expect(blockedBy(preflightLines(facts(changes)))?.id).toBe(id)
  })

  test('a free name is only believed of members: the check says false to strangers too', () => {
    expect(line('name', { canCreate: refused(403) }).light).toBe('amber')
    expect(line('name', { canCreate: waiting }).light).toBe('pending')
  })
})

describe('what stops working or stays behind is amber, with numbers', () => {
  const repository = (name: string) => ({ id: name, name, projectName: 'web', orgName: 'acme' })
  const uses = [repository('api'), { ...repository('site'), orgName: 'research' }]
  const hiddenProjects = [{ projectName: 'hidden', orgName: 'acme' }]

  test('repositories lose their link', () => {
    const found = line('repositories', { usage: answer({ ...NOTHING, uses, total: 2, hiddenProjects }) })
    expect(found.light).toBe('amber')
    expect(found.text).toContain('2 repositories stop working. Moving back does not restore their links.')
    expect(found.strong).toBe('2 repositories')
    expect(found.text).toContain("1 project isn't visible to you and may have more.")
    expect(texts(found)).toEqual(['web › api', 'research / web › site'])
  })

  test('a server that knows says how many there are that the caller cannot read', () => {
    const usage = answer({ ...NOTHING, hidden: 3, hiddenProjects })
    expect(line('repositories', { usage })).toMatchObject({ light: 'amber' })
    expect(line('repositories', { usage }).text).toContain(
      "3 repositories stop working. Moving back does not restore their links. 3 of them aren't visible",
    )
    const none = line('repositories', { usage: answer({ ...NOTHING, hidden: 0 }) })
    expect(none).toMatchObject({ light: 'green', text: 'No repository of acme can use it now.' })
  })

  test('a search that is not over is not an answer', () => {
    const usage = { data: undefined, error: null, progress: { read: 1, total: 9, found: 2 } }
    expect(line('repositories', { usage }).light).toBe('pending')
    expect(line('repositories', { usage }).text).toContain('1 of 9 projects read, 2 repositories found')
  })

  test('what was not checked is not taken for an answer either', () => {
    const usage = { data: undefined, error: null, unchecked: 300 }
    expect(line('repositories', { usage })).toMatchObject({ light: 'amber', failed: true })
    expect(line('repositories', { usage }).text).toContain('were not checked')
    expect(previewState(preflightLines(facts({ usage })))).toBe('failed')
  })

  test('the limit to projects ends, which makes the value downloadable', () => {
    const { secret } = facts()
    const found = line('projects', { secret: { ...secret, projects: [{ id: 'p1', name: 'web' }] } })
    expect(found.light).toBe('amber')
    expect(found.text).toBe(
      'Its limit to 1 project ends. Every project of platform can use it, and its readers can download the value.',
    )
    const locked = { ...secret, encryptedBy: 'PASSWORD' as const, projects: [{ id: 'p1', name: 'web' }] }
    expect(line('projects', { secret: locked }).text).toContain('download the value with its store password.')
  })

  test('grants to teams of the old organization stay', () => {
    const access = answer([
      { teamId: 't1', teamName: 'devs', level: 'WRITER' as const },
      { teamId: 't2', teamName: 'ops', level: 'READER' as const },
    ])
    expect(texts(line('grants', { access }))).toEqual(['devs (Writer)'])
    expect(line('grants', { access }).text).toContain('1 team of acme keeps')
    expect(survivingGrants(access.data, facts().targetTeams.data ?? [])).toHaveLength(1)
  })

  test('grants from a move before are not called those of the organization that it leaves', () => {
    const devs = { teamId: 't1', teamName: 'devs', level: 'WRITER' as const }
    const older = { teamId: 't9', teamName: 'older', level: 'READER' as const }
    expect(line('grants', { access: answer([older]) }).text).toContain('1 team of another organization keeps')
    const both = line('grants', { access: answer([devs, older]) })
    expect(both.text).toContain('2 teams of other organizations keep')
    expect(texts(both)).toEqual(['devs (Writer)', 'older of another organization (Reader)'])
    const teams = [{ id: 't9', orgId: 'o9', orgName: 'research', name: 'older' }]
    const known = line('grants', { access: answer([older]), ownTeams: answer(teams) })
    expect(known.text).toContain('1 team of research keeps')
    expect(texts(known)).toEqual(['older of research (Reader)'])
  })

  test('a link that is broken already stops nothing', () => {
    const secret = exampleSecret({ encryptedBy: 'PASSWORD' })
    const usage = answer({ ...NOTHING, uses: [repository('api')], total: 1 })
    expect(line('repositories', { secret, usage })).toMatchObject({
      light: 'green',
      text: 'No repository of acme can use it now. 1 broken link ends too.',
    })
  })

  test('public stays public, and a store password still protects the value', () => {
    const secret = { ...facts().secret, visibility: 'PUBLIC' as const }
    expect(line('readers', { secret })).toMatchObject({ light: 'amber' })
    expect(line('readers', { secret }).text).toContain('everybody who can sign in may read its value')
    const locked = { ...secret, encryptedBy: 'PASSWORD' as const }
    expect(line('readers', { secret: locked }).text).toContain('may use it, and read its value with its store password')
  })
})

test('what stops the move comes first, then what to know, and what is as it should be last', () => {
  const projects = [{ id: 'p1', name: 'web' }]
  const access = answer([{ teamId: 't1', teamName: 'devs', level: 'WRITER' as const }])
  const lines = preflightLines(facts({ secret: exampleSecret({ projects }), access, nameTaken: answer(true) }))
  const { problems, readers, passed } = sorted(lines)
  expect(problems.map(({ id }) => id)).toEqual(['name', 'projects', 'grants', 'flows'])
  expect(readers.map(({ id }) => id)).toEqual(['readers'])
  expect(passed.map(({ id }) => id)).toEqual(['right', 'membership', 'policy', 'repositories', 'rest'])
})

describe('who may use a private secret afterwards', () => {
  const access = answer([{ teamId: 't1', teamName: 'devs', level: 'WRITER' as const }])

  test('is everybody who has access by Concord’s rule', () => {
    expect(texts(line('readers', { access }))).toEqual([
      'olga, its owner',
      'petra, the owner of platform',
      'team devs of acme (Writer)',
      'administrators and system accounts',
    ])
  })

  test('is not said before it is known', () => {
    expect(line('readers', { access: waiting }).light).toBe('pending')
    expect(line('readers', { targetOrg: waiting }).light).toBe('pending')
    expect(line('readers', { targetOrg: refused(500) })).toMatchObject({ light: 'amber', failed: true })
    expect(line('readers', { access: refused(403) })).toMatchObject({ light: 'amber', failed: true })
  })
})

test('what could not be looked up asks to go on without it, and does not block', () => {
  const lines = preflightLines(facts({ access: refused(403), usage: refused(500) }))
  expect(previewState(lines)).toBe('failed')
  expect(blockedBy(lines)).toBeUndefined()
})

test('what could not be looked up says why, and asks to try again only where that can work', () => {
  expect(line('grants', { access: refused(500) })).toMatchObject({ canRetry: true })
  const denied = line('grants', { access: refused(403) })
  expect(denied.text).toContain('You do not have the right to do this. Ask an administrator.')
  expect(denied.canRetry).toBe(false)
})
