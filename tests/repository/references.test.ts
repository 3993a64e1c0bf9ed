import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

/*
 * The references in comments and documents resolve: chapters and quirks of docs/concord-api.md, documents in this
 * repository, link targets.
 */

const ROOT = join(import.meta.dirname, '../..')
const NOT_OURS = new Set(['node_modules', 'dist', 'data', '.git', 'test-results', 'playwright-report'])

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isSymbolicLink() || NOT_OURS.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else yield path
  }
}

const files = [...filesBelow(ROOT)].map((path) => ({ path, name: relative(ROOT, path).replaceAll('\\', '/') }))
const textsOf = (pattern: RegExp) =>
  files.filter(({ name }) => pattern.test(name)).map((file) => ({ ...file, text: readFileSync(file.path, 'utf8') }))

const documents = textsOf(/\.md$/)
const sources = textsOf(/\.(ts|tsx|mjs|css)$/)
const contract = documents.find(({ name }) => name === 'docs/concord-api.md')?.text ?? ''

const chapters = new Set([...contract.matchAll(/^#{2,3} (\d+(?:\.\d+)?)\.? /gm)].map(([, number]) => number))
const quirks = new Set([...contract.matchAll(/^\| (Q\d+) \|/gm)].map(([, number]) => number))

/** Line and block comments; a URL's `//` is not the start of one. Test names are read too: they cite quirks. */
const comments = sources.flatMap(({ name, text }) =>
  [...text.matchAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*|\btest\((['"`]).*?\1/g)].map(([comment]) => ({ name, comment })),
)
const prose = [...comments, ...documents.map(({ name, text }) => ({ name, comment: text }))]

test('the contract has chapters and quirks, and comments cite them', () => {
  expect(chapters.size).toBeGreaterThan(40)
  expect(quirks.size).toBeGreaterThan(35)
  expect(comments.filter(({ comment }) => comment.includes('§')).length).toBeGreaterThan(100)
})

test('every § is a chapter of docs/concord-api.md, which is always cited by the same name', () => {
  const wrong = prose.flatMap(({ name, comment }) =>
    [...comment.matchAll(/(\S+)?\s*§\s?(\d+(?:\.\d+)?)/g)].flatMap(([text, before = '', number]) => {
      if (/^\d{4}$/.test(before)) return [] // of an RFC
      const ours = name === 'docs/concord-api.md' || /concord-api$|^and$|^or$|^\*$|[,;–]$/.test(before)
      return ours && chapters.has(number) ? [] : [`${name}: ${text.trim()}`]
    }),
  )
  expect(wrong).toEqual([])
})

test('every Q number is a quirk in docs/concord-api.md', () => {
  const wrong = prose.flatMap(({ name, comment }) =>
    [...comment.matchAll(/\bQ\d+\b/g)].filter(([number]) => !quirks.has(number)).map(([text]) => `${name}: ${text}`),
  )
  expect(wrong).toEqual([])
})

test('every document named in a comment is in the repository', () => {
  const wrong = comments.flatMap(({ name, comment }) =>
    [...comment.matchAll(/(?<![\w/.-])((?:[\w.-]+\/)*[\w-]+\.md)\b/g)]
      .map(([, document = '']) => document)
      .filter((document) => ![ROOT, dirname(join(ROOT, name))].some((from) => existsSync(join(from, document))))
      .map((document) => `${name}: ${document}`),
  )
  expect(wrong).toEqual([])
})

test('every relative link in a document leads to an existing file and heading', () => {
  const wrong = documents.flatMap(({ name, path, text }) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !leadsSomewhere(path, target))
      .map((target) => `${name}: ${target}`),
  )
  expect(wrong).toEqual([])
})

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', heading] = target.split('#')
  const path = file === '' ? from : join(dirname(from), decodeURIComponent(file))
  if (!existsSync(path)) return false
  return heading === undefined || headingsOf(readFileSync(path, 'utf8')).includes(heading)
}

/** The anchors that GitHub gives to headings. */
const headingsOf = (text: string) =>
  [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
