import { describe, expect, test } from 'vitest'
import { linksOf, mayFail, whyBroken } from './brokenLinks.ts'
import { exampleSecret as secret } from './examples.ts'
import type { Usage } from './usage.ts'

const use = (projectName: string, orgName = 'acme') => ({ id: projectName, name: 'api', projectName, orgName })
const usage = (changes: Partial<Usage> = {}): Usage => ({
  uses: [use('web'), use('shop')],
  total: 2,
  more: false,
  hidden: 0,
  hiddenProjects: [],
  ...changes,
})
const web = [{ id: 'p1', name: 'web' }]

describe('a link works', () => {
  test('to a secret of every project, also from another organization', () => {
    expect(whyBroken(secret(), use('web'))).toBeUndefined()
    expect(whyBroken(secret(), use('web', 'research'))).toBeUndefined()
  })

  test('from a project that the secret is limited to, and only from there', () => {
    expect(whyBroken(secret({ projects: web }), use('web'))).toBeUndefined()
    expect(whyBroken(secret({ projects: web }), use('shop'))).toBe('The secret is limited to other projects.')
    expect(whyBroken(secret({ projects: web }), use('web', 'research'))).toBe(
      'The secret is limited to other projects.',
    )
  })

  test('never with a store password', () => {
    expect(whyBroken(secret({ encryptedBy: 'PASSWORD', projects: web }), use('web'))).toBe(
      'A repository cannot use a secret with a store password.',
    )
  })
})

describe('only links that work are counted as repositories that stop working', () => {
  test('all of a secret that every project may use, also those without a name', () => {
    const links = linksOf(secret(), usage({ total: 1_200, hidden: 3 }))
    expect(links).toMatchObject({ workingTotal: 1_200, broken: [], brokenTotal: 0, hidden: 3 })
  })

  test('some of a secret that is limited to projects', () => {
    const links = linksOf(secret({ projects: web }), usage())
    expect(links).toMatchObject({ workingTotal: 1, brokenTotal: 1 })
    expect(links.working.map(({ projectName }) => projectName)).toEqual(['web'])
    expect(links.broken.map(({ projectName }) => projectName)).toEqual(['shop'])
  })

  test('none of a secret with a store password: the unnamed and the hidden ones are broken too', () => {
    const links = linksOf(secret({ encryptedBy: 'PASSWORD' }), usage({ total: 5, hidden: 2 }))
    expect(links).toMatchObject({ working: [], workingTotal: 0, brokenTotal: 7, hidden: 0 })
    expect(linksOf(secret({ encryptedBy: 'PASSWORD' }), usage({ hidden: undefined }))).toMatchObject({ brokenTotal: 2 })
  })
})

describe('a narrower scope may stop repositories', () => {
  const losesShop = ({ projectName }: { projectName: string }) => projectName === 'shop'
  const hiddenProjects = [{ projectName: 'shop', orgName: 'acme' }]
  const onlyWeb = (changes: Partial<Usage> = {}) => usage({ uses: [use('web')], total: 1, ...changes })

  test.each([
    ['that fetch with it', secret(), usage(), true],
    ['unless none is left out', secret(), onlyWeb(), false],
    ['unless their links are broken', secret({ encryptedBy: 'PASSWORD' }), usage(), false],
    ['that have no name here', secret(), onlyWeb({ total: 2 }), true],
    ['of a project that is not visible', secret(), onlyWeb({ hidden: undefined, hiddenProjects }), true],
    ['of a project that is not known at all', secret(), onlyWeb({ hidden: 1 }), true],
    ['when nothing was looked up', secret(), undefined, true],
  ])('%s', (_, of, known, expected) => {
    expect(mayFail(of, known, losesShop)).toBe(expected)
  })
})
